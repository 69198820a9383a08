/** The pages of imports. */
export { ImportPage } from "./import-page.js";
export { NewImportPage } from "./new-import-page.js";
