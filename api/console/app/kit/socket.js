/**
 * The one Socket.IO connection of this tab. It lasts as long as somebody is signed in, comes back by itself, and tells
 * when it has: whoever shows live things asks for their state anew then.
 */

import { effect, signal } from "@preact/signals";
import { io } from "socket.io-client";

import { freshToken, session } from "./session.js";

const ACKNOWLEDGE_WITHIN_MS = 8_000;

/** @typedef {"online" | "connecting" | "offline"} Connection */
/** @typedef {Record<string, any>} Payload */

/** How the connection stands. */
export const connection = signal(/** @type {Connection} */ ("offline"));

/** @type {Map<string, Set<(payload: any) => void>>} */
const listeners = new Map();
/** @type {Set<() => void>} */
const arrivals = new Set();
/** @type {import("socket.io-client").Socket | null} */
let socket = null;
let isWanted = false;

/** A refusal in an acknowledgement. */
export class SocketRefusal extends Error {
  /** @param {Payload} answer */
  constructor(answer) {
    super(answer.error ?? "The server refused.");
    this.name = "SocketRefusal";
    this.code = answer.code ?? "unknown";
    this.fields = answer.fields ?? [];
  }
}

/** Connect as soon as somebody is signed in, and for as long. Called once, by `main.js`. */
export function keepConnected() {
  isWanted = true;
  effect(() => {
    const isSignedIn = session.value !== null;
    if (isSignedIn && socket === null) open();
    if (!isSignedIn && socket !== null) close();
  });
  addEventListener("online", () => socket?.connect());
  document.addEventListener("visibilitychange", () => {
    // A tab that slept may hold a connection that is dead without knowing.
    if (!document.hidden && socket !== null && !socket.connected) socket.connect();
  });
}

/** Hear an event until the answer is called. @param {string} name @param {(payload: any) => void} heard @returns {() => void} */
export function onEvent(name, heard) {
  const all = listeners.get(name) ?? new Set();
  listeners.set(name, all.add(heard));
  return () => {
    all.delete(heard);
  };
}

/** Be told now, if connected, and after each connection from then on. @param {() => void} arrived @returns {() => void} */
export function onConnected(arrived) {
  arrivals.add(arrived);
  if (connection.value === "online") arrived();
  return () => {
    arrivals.delete(arrived);
  };
}

/**
 * Say something and wait for the acknowledgement. Raises SocketRefusal, and an Error when nobody answers in time.
 * @param {string} event
 * @param {Payload} body
 * @param {{timeoutMs?: number}} [how]
 * @returns {Promise<Payload>}
 */
export async function say(event, body, { timeoutMs = ACKNOWLEDGE_WITHIN_MS } = {}) {
  if (socket === null) throw new Error("Nobody is signed in.");
  const answer = await socket.timeout(timeoutMs).emitWithAck(event, body);
  if (!answer?.success) throw new SocketRefusal(answer ?? {});
  return answer;
}

/** Drop the connection and build it anew: for tests of what follows, and for whoever doubts it. */
export function reconnect() {
  socket?.disconnect().connect();
}

function open() {
  connection.value = "connecting";
  socket = io({
    // Asked at each attempt, so that a token which was refreshed meanwhile is used.
    auth: (give) => give({ token: session.value?.token }),
    transports: ["websocket", "polling"],
    reconnectionDelay: 300,
    reconnectionDelayMax: 3_000,
    timeout: 5_000,
  });
  socket.on("connect", () => {
    connection.value = "online";
    for (const arrived of [...arrivals]) arrived();
  });
  socket.on("disconnect", (reason) => {
    connection.value = isWanted && session.value ? "connecting" : "offline";
    // After the server's own goodbye the library does not come back by itself.
    if (reason === "io server disconnect") setTimeout(() => socket?.connect(), 300);
  });
  socket.on("connect_error", async (error) => {
    connection.value = "connecting";
    const code = /** @type {any} */ (error).data?.code;
    if (code !== undefined && code !== "unavailable") await renew();
    // A refused connection is not tried again by the library.
    if (socket !== null && !socket.active) setTimeout(() => socket?.connect(), 1_000);
  });
  socket.onAny((name, payload) => {
    for (const heard of [...(listeners.get(name) ?? [])]) heard(payload);
  });
}

async function renew() {
  const token = session.value?.token;
  if (token) await freshToken(token);
}

function close() {
  socket?.disconnect();
  socket = null;
  connection.value = "offline";
}
