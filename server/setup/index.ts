export { completeSetup, isSetupLinkOpen, offerSetup, SetupInput } from "./setup.ts";
