export { importsRouter } from "./router.ts";
export { mountImportUpload } from "./upload-route.ts";
export { failImport, readTotals, startCheck, startImport, startUndo, uploadFile } from "./manage-import.ts";
export { runImport } from "./run-import.ts";
export { undoImport } from "./undo-import.ts";
export { detectTable } from "./detect.ts";
export { IMPORT_FIELDS, suggestMapping } from "./fields.ts";
