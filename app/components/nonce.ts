import { createContext, useContext } from "react";

/** The page's CSP nonce, which every script and style element made at run time must carry. */
export const NonceContext = createContext<string | undefined>(undefined);
export const useNonce = (): string | undefined => useContext(NonceContext);

/** Browsers hide the attribute's value but keep the property. */
export const readNonce = (): string | undefined =>
  document.querySelector<HTMLScriptElement>("script[nonce]")?.nonce || undefined;
