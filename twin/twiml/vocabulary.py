"""Owns the words of TwiML: which verbs and nouns exist and which attributes each takes (from Twilio's helpers)."""

from __future__ import annotations

from twin.names import names

_CALLBACK = "statusCallback statusCallbackEvent statusCallbackMethod"
_RECORDING = "recordingStatusCallback recordingStatusCallbackEvent recordingStatusCallbackMethod"
_DETECTION = (
    "machineDetection machineDetectionTimeout machineDetectionSpeechThreshold machineDetectionSpeechEndThreshold "
    "machineDetectionSilenceTimeout amdStatusCallback amdStatusCallbackMethod"
)

_WORDS = {
    "Response": "",
    "Say": "voice language loop",
    "Play": "loop digits",
    "Pause": "length",
    "Gather": (
        "action method input timeout speechTimeout maxSpeechTime numDigits finishOnKey hints language speechModel "
        "enhanced profanityFilter bargeIn debug actionOnEmptyResult partialResultCallback partialResultCallbackMethod"
    ),
    "Record": (
        f"action method timeout finishOnKey maxLength playBeep trim transcribe transcribeCallback {_RECORDING} "
        "recordingConfigurationId"
    ),
    "Dial": (
        "action method timeout timeLimit hangupOnStar callerId record trim answerOnBridge ringTone recordingTrack "
        f"sequential referUrl referMethod callReason events recordingConfigurationId passports {_RECORDING}"
    ),
    "Number": f"url method sendDigits byoc {_CALLBACK} {_DETECTION}",
    "Client": f"url method {_CALLBACK}",
    "Sip": f"url method username password {_CALLBACK} {_DETECTION}",
    "Sim": "",
    "WhatsApp": f"url method {_CALLBACK}",
    "Application": f"url method customerId copyParentTo {_CALLBACK}",
    "ApplicationSid": "",
    "Identity": "",
    "Conference": (
        "muted beep startConferenceOnEnter endConferenceOnExit participantLabel maxParticipants waitUrl waitMethod "
        f"record trim coach jitterBufferSize region eventCallbackUrl recordingConfigurationId {_CALLBACK} {_RECORDING}"
    ),
    "Queue": "url method reservationSid postWorkActivitySid",
    "Enqueue": "action method waitUrl waitUrlMethod maxQueueSize workflowSid",
    "Task": "priority timeout",
    "Leave": "",
    "Redirect": "method",
    "Hangup": "",
    "Reject": "reason",
    "Start": "action method",
    "Stop": "",
    "Connect": "action method",
    "Stream": "name connectorName url track audioFormat sampleRate statusCallback statusCallbackMethod",
    "Recording": f"channels track trim recordingConfigurationId {_RECORDING}",
    "Siprec": "name connectorName track statusCallback statusCallbackMethod",
    "Transcription": (
        "name track statusCallbackUrl statusCallbackMethod inboundTrackLabel outboundTrackLabel partialResults "
        "languageCode transcriptionEngine profanityFilter speechModel hints enableAutomaticPunctuation "
        "intelligenceService"
    ),
    "Parameter": "name value",
    "Config": "name value",
    "Refer": "action method",
    "Echo": "",
    "Pay": (
        "action method input bankAccountType statusCallback statusCallbackMethod timeout maxAttempts securityCode "
        "postalCode minPostalCodeLength paymentConnector paymentMethod tokenType chargeAmount currency description "
        "validCardTypes language"
    ),
    "Prompt": "for errorType cardType attempt requireMatchingInputs",
    "Sms": "to from action method statusCallback",
}

ATTRIBUTES: dict[str, frozenset[str]] = {verb: frozenset(words.split()) for verb, words in _WORDS.items()}

# Elements whose own attributes and children are open-ended: SSML inside Say, and what only other products use.
UNCHECKED = frozenset({"ConversationRelay", "VirtualAgent", "Conversation", "Room", "Autopilot", "AiSession",
                       "ConversationRelaySession", "Language", "Headers", "Header", "Uri"})  # fmt: skip

VERBS = names(
    "Say Play Pause Gather Record Dial Enqueue Leave Redirect Hangup Reject Start Stop Connect Refer Echo "
    "Pay Prompt Queue Sms"
)

CHILDREN: dict[str, frozenset[str]] = {
    "Response": VERBS,
    "Gather": frozenset({"Say", "Play", "Pause"}),
    "Dial": frozenset({"Number", "Client", "Conference", "Queue", "Sip", "Sim", "WhatsApp", "Application"}),
    "Client": frozenset({"Identity", "Parameter"}),
    "Start": frozenset({"Stream", "Recording", "Siprec", "Transcription"}),
    "Stop": frozenset({"Stream", "Siprec", "Transcription"}),
    "Connect": frozenset({"Stream", *UNCHECKED}),
    "Stream": frozenset({"Parameter"}),
    "Siprec": frozenset({"Parameter"}),
    "Transcription": frozenset({"Config", "Parameter"}),
    "Application": frozenset({"ApplicationSid", "Parameter"}),
    "Sip": frozenset({"Headers", "Uri"}),
    "Pay": frozenset({"Prompt", "Parameter"}),
    "Prompt": frozenset({"Say", "Play", "Pause"}),
    "Refer": frozenset({"Sip"}),
    "Hangup": frozenset({"Parameter"}),
    "Reject": frozenset({"Parameter"}),
    "Enqueue": frozenset({"Task"}),
}
