/** Requests to `/api`: the token, a time-out, one refresh when the token has expired, and errors that say what to do. */

import { freshToken, session } from "./session.js";
import { reportServerDate } from "./time.js";

const ANSWER_WITHIN_MS = 20_000;
const UPLOAD_WITHIN_MS = 600_000;

/** @typedef {{field: string, message: string}} FieldProblem */
/** @typedef {Record<string, string | number | boolean | string[] | null | undefined>} Query */

/**
 * A request that was refused, or that never came through. `status` is 0 where nobody answered; `code` is the server's
 * word for what is wrong, or `network`, `timeout`, `cancelled`.
 */
export class ApiError extends Error {
  /**
   * @param {string} message
   * @param {{status?: number, code?: string, fields?: FieldProblem[], retryAfterSeconds?: number | null, body?: unknown}} what
   */
  constructor(message, { status = 0, code = "unknown", fields = [], retryAfterSeconds = null, body = null } = {}) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.fields = fields;
    this.retryAfterSeconds = retryAfterSeconds;
    this.body = body;
  }

  /** What is wrong with one field, if that was said. @param {string} name */
  of(name) {
    return this.fields.find((problem) => problem.field === name)?.message ?? null;
  }
}

export const api = {
  /** @param {string} path @param {{query?: Query, signal?: AbortSignal}} [how] @returns {Promise<any>} */
  get: (path, how = {}) => send("GET", path, how),
  /** @param {string} path @param {unknown} [body] @param {{signal?: AbortSignal, query?: Query, withinMs?: number}} [how] @returns {Promise<any>} */
  post: (path, body, how = {}) => send("POST", path, { ...how, body }),
  /** @param {string} path @param {unknown} body @param {{signal?: AbortSignal}} [how] @returns {Promise<any>} */
  put: (path, body, how = {}) => send("PUT", path, { ...how, body }),
  /** @param {string} path @param {{signal?: AbortSignal, query?: Query, withinMs?: number}} [how] @returns {Promise<any>} */
  delete: (path, how = {}) => send("DELETE", path, how),
  upload,
  download,
};

/**
 * @param {string} method
 * @param {string} path
 * @param {{query?: Query, body?: unknown, signal?: AbortSignal, withinMs?: number}} how
 */
async function send(method, path, { query, body, signal, withinMs = ANSWER_WITHIN_MS }) {
  const response = await authorised((token) => {
    /** @type {Record<string, string>} */
    const headers = { Accept: "application/json" };
    if (token) headers.Authorization = `Bearer ${token}`;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    return fetch(withQuery(path, query), {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: within(withinMs, signal),
    });
  });
  return read(response);
}

/**
 * Try with the token there is, and once more with a fresh one if that has expired.
 * @param {(token: string | null) => Promise<Response>} request
 */
async function authorised(request) {
  const before = session.value?.token ?? null;
  let response = await answered(() => request(before));
  if (response.status === 401 && before !== null) {
    const fresh = await freshToken(before);
    if (fresh !== null) response = await answered(() => request(fresh));
  }
  return response;
}

/** @param {() => Promise<Response>} request */
async function answered(request) {
  try {
    const response = await request();
    reportServerDate(response.headers.get("Date"));
    return response;
  } catch (error) {
    const name = error instanceof Error ? error.name : "";
    if (name === "AbortError") throw new ApiError("The request was called off.", { code: "cancelled" });
    if (name === "TimeoutError") throw new ApiError("The server did not answer in time.", { code: "timeout" });
    throw new ApiError("The server cannot be reached.", { code: "network" });
  }
}

/** @param {Response} response */
async function read(response) {
  const isJson = (response.headers.get("Content-Type") ?? "").includes("json");
  const body = isJson ? await response.json().catch(() => null) : null;
  if (response.ok) return body;
  throw refusal(response.status, body, response.headers.get("Retry-After"));
}

/** @param {number} status @param {any} body @param {string | null} retryAfter */
function refusal(status, body, retryAfter) {
  const seconds = Number(body?.retry_after_seconds ?? body?.details?.retry_after_seconds ?? retryAfter ?? Number.NaN);
  return new ApiError(body?.error ?? `The server answered ${status}.`, {
    status,
    code: body?.code ?? "unknown",
    fields: body?.fields ?? [],
    retryAfterSeconds: Number.isFinite(seconds) ? seconds : null,
    body,
  });
}

/**
 * Send a form with a file. `onProgress` hears the share sent so far, from 0 to 1.
 * @param {string} path
 * @param {FormData} form
 * @param {{onProgress?: (share: number) => void, signal?: AbortSignal}} [how]
 * @returns {Promise<any>}
 */
async function upload(path, form, { onProgress, signal } = {}) {
  const before = session.value?.token ?? null;
  try {
    return await uploadOnce(path, form, before, onProgress, signal);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401 || before === null) throw error;
    const fresh = await freshToken(before);
    if (fresh === null) throw error;
    return uploadOnce(path, form, fresh, onProgress, signal);
  }
}

/**
 * `fetch` does not tell how much has been sent.
 * @param {string} path
 * @param {FormData} form
 * @param {string | null} token
 * @param {((share: number) => void) | undefined} onProgress
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<any>}
 */
function uploadOnce(path, form, token, onProgress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.timeout = UPLOAD_WITHIN_MS;
    request.responseType = "json";
    if (token) request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress?.(event.loaded / event.total);
    };
    request.onload = () => {
      if (request.status < 400) resolve(request.response);
      else reject(refusal(request.status, request.response, request.getResponseHeader("Retry-After")));
    };
    request.onerror = () => reject(new ApiError("The server cannot be reached.", { code: "network" }));
    request.ontimeout = () => reject(new ApiError("The server did not answer in time.", { code: "timeout" }));
    request.onabort = () => reject(new ApiError("The upload was called off.", { code: "cancelled" }));
    signal?.addEventListener("abort", () => request.abort());
    request.send(form);
  });
}

/**
 * Save what a path answers as a file.
 * @param {string} path
 * @param {string} filename
 * @param {Query} [query]
 */
async function download(path, filename, query) {
  const response = await authorised((token) =>
    fetch(withQuery(path, query), {
      headers: token ? { Authorization: `Bearer ${token}` } : {},
      signal: within(UPLOAD_WITHIN_MS),
    }),
  );
  if (!response.ok) await read(response);
  const address = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = filename;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** @param {string} path @param {Query} [query] */
export function withQuery(path, query = {}) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === "") continue;
    for (const one of Array.isArray(value) ? value : [value]) parameters.append(name, String(one));
  }
  const text = parameters.toString();
  return text ? `${path}?${text}` : path;
}

/** @param {number} milliseconds @param {AbortSignal} [signal] */
function within(milliseconds, signal) {
  const limit = AbortSignal.timeout(milliseconds);
  return signal ? AbortSignal.any([limit, signal]) : limit;
}
