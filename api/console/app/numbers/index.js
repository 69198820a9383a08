/** The numbers that calls are placed from. */

export { NumbersPage } from "./numbers-page.js";
