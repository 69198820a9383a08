/** Headsets and microphones, in English. */
export default {
  microphone: "Microphone",
  system_microphone: "The system’s own choice",
  unnamed_microphone: "A microphone without a name",
  level: "How loud it is",
  say_something: "Say something: the bar should move.",
  is_heard: "You are heard.",
  play_tone: "Play a test tone",
  other_tab: "Another tab of this browser has the headset.",
  replaced: "Your headset is connected somewhere else now.",
  microphone_denied:
    "The browser does not let this page use the microphone. Allow it beside the address, then connect again.",
  microphone_missing: "There is no microphone. Plug in your headset, then connect again.",
  microphone_busy: "The microphone cannot be used. Another program may have it; close that one, then connect again.",
  not_secure: "Browsers give the microphone to pages at https addresses only. Ask your admin for the right address.",
  not_set_up: "Calls by browser are not set up yet. Ask your admin to look at the carrier’s settings.",
  carrier: "The carrier does not answer as it should. It is being tried again.",
  network: "The connection to the carrier is lost. It is being tried again.",
  ended: "The call is over.",
};
