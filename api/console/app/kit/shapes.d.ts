// What the API takes and gives, from the OpenAPI document that the server makes of its own schemas.
import type { components } from "../../types/api.js";

export type Schemas = components["schemas"];
export type Schema<Name extends keyof Schemas> = Schemas[Name];
