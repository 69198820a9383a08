// The Voice SDK is a classic script: loaded when a headset is wanted, it stands here.
interface Window {
  Twilio?: typeof import("@twilio/voice-sdk");
}
