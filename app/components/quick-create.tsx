import { createContext, lazy, Suspense, useContext, useMemo, useState, type ReactNode } from "react";

export type QuickCreateType = "account" | "contact" | "opportunity" | "activity" | "task";
/** Records that the new one starts out linked to. */
export interface QuickCreateDefaults {
  accountId?: string;
  opportunityId?: string;
  contactId?: string;
  /** What a new task starts out as. */
  kind?: "todo" | "call" | "meeting" | "visit";
  leadId?: string;
  /** An activity filled in beforehand, as the deal's stage offers it. */
  template?: { kind: string; subject: string; outcomes: string[]; checklist: string[] };
}
interface QuickCreate {
  open(type: QuickCreateType, defaults?: QuickCreateDefaults): void;
}

const QuickCreateContext = createContext<QuickCreate>({ open: () => undefined });
/** Opens the form for a new record, from any screen. */
export const useQuickCreate = (): QuickCreate => useContext(QuickCreateContext);

const ActivityModal = lazy(() => import("./activity/activity-modal.tsx"));
const QuickCreateForm = lazy(() => import("./quick-create-form.tsx"));

export function QuickCreateProvider({ children }: { children: ReactNode }) {
  const [request, setRequest] = useState<{ type: QuickCreateType; defaults: QuickCreateDefaults }>();
  const value = useMemo<QuickCreate>(() => ({ open: (type, defaults = {}) => setRequest({ type, defaults }) }), []);
  return (
    <QuickCreateContext.Provider value={value}>
      {children}
      {request ? (
        <Suspense fallback={null}>
          {request.type === "activity" || request.type === "task" ? (
            <ActivityModal {...request} type={request.type} onClose={() => setRequest(undefined)} />
          ) : (
            <QuickCreateForm {...request} type={request.type} onClose={() => setRequest(undefined)} />
          )}
        </Suspense>
      ) : null}
    </QuickCreateContext.Provider>
  );
}
