"""Owns the names of every property in every REST answer, as Twilio's OpenAPI document lists them (April 2026)."""

from __future__ import annotations

from twin.names import names

_TABLE = {
    "Account": (
        "auth_token date_created date_updated friendly_name owner_account_sid sid status subresource_uris type uri"
    ),
    "Call": (
        "sid date_created date_updated parent_call_sid account_sid to to_formatted from from_formatted "
        "phone_number_sid status start_time end_time duration price price_unit direction answered_by "
        "api_version forwarded_from group_sid caller_name queue_time trunk_sid uri subresource_uris"
    ),
    "Conference": (
        "account_sid date_created date_updated api_version friendly_name region sid status uri "
        "subresource_uris reason_conference_ended call_sid_ending_conference"
    ),
    "Participant": (
        "account_sid call_sid label call_sid_to_coach coaching conference_sid date_created date_updated "
        "end_conference_on_exit muted hold start_conference_on_enter status queue_time uri"
    ),
    "CallRecording": (
        "account_sid api_version call_sid conference_sid date_created date_updated start_time duration sid "
        "price uri encryption_details price_unit status channels source error_code track"
    ),
    "ConferenceRecording": (
        "account_sid api_version call_sid conference_sid date_created date_updated start_time duration sid "
        "price price_unit status channels source error_code encryption_details uri"
    ),
    "Recording": (
        "account_sid api_version call_sid conference_sid date_created date_updated start_time duration sid "
        "price price_unit status channels source error_code uri encryption_details subresource_uris media_url"
    ),
    "IncomingPhoneNumber": (
        "account_sid address_sid address_requirements api_version beta capabilities date_created date_updated "
        "friendly_name identity_sid phone_number origin sid sms_application_sid sms_fallback_method "
        "sms_fallback_url sms_method sms_url status_callback status_callback_method trunk_sid uri "
        "voice_receive_mode voice_application_sid voice_caller_id_lookup voice_fallback_method "
        "voice_fallback_url voice_method voice_url emergency_status emergency_address_sid "
        "emergency_address_status bundle_sid status type"
    ),
    "IncomingPhoneNumberLocal": (
        "account_sid address_sid address_requirements api_version beta capabilities date_created date_updated "
        "friendly_name identity_sid phone_number origin sid sms_application_sid sms_fallback_method "
        "sms_fallback_url sms_method sms_url status_callback status_callback_method trunk_sid uri "
        "voice_receive_mode voice_application_sid voice_caller_id_lookup voice_fallback_method "
        "voice_fallback_url voice_method voice_url emergency_status emergency_address_sid "
        "emergency_address_status bundle_sid status"
    ),
    "AvailablePhoneNumberCountry": ("country_code country uri beta subresource_uris"),
    "AvailablePhoneNumberLocal": (
        "friendly_name phone_number lata locality rate_center latitude longitude region postal_code "
        "iso_country address_requirements beta capabilities"
    ),
    "Application": (
        "account_sid api_version date_created date_updated friendly_name message_status_callback sid "
        "sms_fallback_method sms_fallback_url sms_method sms_status_callback sms_url status_callback "
        "status_callback_method uri voice_caller_id_lookup voice_fallback_method voice_fallback_url "
        "voice_method voice_url public_application_connect_enabled"
    ),
    "Queue": ("date_updated current_size friendly_name uri account_sid average_wait_time sid date_created max_size"),
    "QueueMember": ("call_sid date_enqueued position uri wait_time queue_sid"),
    "OutgoingCallerId": ("sid date_created date_updated friendly_name account_sid phone_number uri"),
    "Balance": ("account_sid balance currency"),
}

PROPERTIES: dict[str, frozenset[str]] = {name: frozenset(words.split()) for name, words in _TABLE.items()}

# Of every list answer, beside the one key that holds the records.
PAGING = names("end first_page_uri next_page_uri page page_size previous_page_uri start uri")
