/** A line to the simulated carrier: no sound, everything else. The leg lasts as long as this connection. */

const ACCEPTED_WITHIN_MS = 8_000;
const REFUSED = 4401;

/**
 * @param {import("./device.js").Voice} voice
 * @param {import("./lines.js").LineEvents} events
 * @returns {Promise<import("./device.js").Line>}
 */
export async function openLine(voice, events) {
  const address = new URL(voice.url ?? "", location.href);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  address.searchParams.set("token", voice.token);
  const socket = new WebSocket(address);
  let isOver = false;
  const patience = setTimeout(() => finish(() => events.ended("The carrier did not answer.")), ACCEPTED_WITHIN_MS);

  /** @param {() => void} tell */
  function finish(tell) {
    clearTimeout(patience);
    if (isOver) return;
    isOver = true;
    tell();
    socket.close();
  }

  /** @param {Record<string, unknown>} command */
  function order(command) {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(command));
  }

  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.event === "accepted") {
      clearTimeout(patience);
      events.accepted(message.call_sid);
    } else if (message.event === "muted") events.muted(message.muted);
    else if (message.event === "disconnected") finish(() => events.ended(message.reason));
  };
  socket.onclose = ({ code, reason }) =>
    finish(() => {
      if (code === REFUSED) events.failed({ code: "carrier", text: reason }, false);
      else events.ended(reason);
    });

  return {
    mute: (isMuted) => order({ do: isMuted ? "mute" : "unmute" }),
    sendDigits: (digits) => order({ do: "digits", digits }),
    renew: () => {},
    hangUp: () => {
      order({ do: "hangup" });
      finish(() => {});
    },
  };
}
