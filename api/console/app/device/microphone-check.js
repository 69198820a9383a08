import { useSignal } from "@preact/signals";
import { html } from "htm/preact";
import { useEffect } from "preact/hooks";

import { Button } from "../kit/components/button.js";
import { Select } from "../kit/components/select.js";
import { learn, t } from "../kit/words.js";
import { chooseInput, chosenInput, listInputs, listen, playTone } from "./microphones.js";

await learn("device");

const DEFAULT = "";

/** Choose a microphone, see that it hears, and hear that the headset sounds. The choice is remembered by this browser. */
export function MicrophoneCheck() {
  const inputs = useSignal(/** @type {{id: string, name: string}[]} */ ([]));
  const chosen = useSignal(chosenInput());
  const level = useSignal(0);
  const problem = useSignal(/** @type {import("./device.js").DeviceProblem | null} */ (null));
  const hasHeard = useSignal(false);
  const isPlaying = useSignal(false);

  useEffect(() => {
    let isOver = false;
    /** @type {{close: () => void} | null} */
    let open = null;
    problem.value = null;
    hasHeard.value = false;
    listen(chosen.value, (value) => {
      level.value = value;
      if (value > 0.4) hasHeard.value = true;
    })
      .then(async (listening) => {
        if (isOver) listening.close();
        else open = listening;
        inputs.value = await listInputs();
      })
      .catch((why) => {
        level.value = 0;
        problem.value = why;
      });
    return () => {
      isOver = true;
      open?.close();
    };
  }, [chosen.value]);

  const options = [
    { value: DEFAULT, label: t("device.system_microphone") },
    ...inputs.value.map(({ id, name }) => ({ value: id, label: name || t("device.unnamed_microphone") })),
  ];
  /** @param {string} value */
  const choose = (value) => {
    chosen.value = value || null;
    chooseInput(chosen.value);
  };
  const play = async () => {
    isPlaying.value = true;
    await playTone().finally(() => {
      isPlaying.value = false;
    });
  };
  return html`<div class="microphone-check">
    <${Select} label=${t("device.microphone")} value=${chosen.value ?? DEFAULT} options=${options} onChange=${choose} />
    <label>
      ${t("device.level")}
      <meter min="0" max="1" low="0.3" optimum="0.7" value=${level.value}></meter>
    </label>
    <p role="status">
      ${problem.value ? t(`device.${problem.value.code}`) : t(hasHeard.value ? "device.is_heard" : "device.say_something")}
    </p>
    <${Button} onClick=${play} isBusy=${isPlaying.value}>${t("device.play_tone")}<//>
  </div>`;
}
