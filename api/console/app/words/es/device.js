/** @type {Record<keyof typeof import("../en/device.js").default, string>} */
export default {
  microphone: "Micrófono",
  system_microphone: "El que elija el sistema",
  unnamed_microphone: "Micrófono sin nombre",
  level: "Volumen",
  say_something: "Diga algo: la barra debería moverse.",
  is_heard: "Se le oye.",
  play_tone: "Reproducir un tono de prueba",
  other_tab: "Otra pestaña de este navegador tiene los auriculares.",
  replaced: "Sus auriculares están conectados ahora en otro lugar.",
  microphone_denied:
    "El navegador no permite que esta página use el micrófono. Permítalo junto a la dirección y vuelva a conectar.",
  microphone_missing: "No hay ningún micrófono. Enchufe los auriculares y vuelva a conectar.",
  microphone_busy: "No se puede usar el micrófono. Quizá lo tenga otro programa: ciérrelo y vuelva a conectar.",
  not_secure:
    "Los navegadores solo dan el micrófono a páginas con dirección https. Pida a su administrador la dirección correcta.",
  not_set_up:
    "Las llamadas desde el navegador aún no están configuradas. Pida a su administrador que revise los ajustes del operador.",
  carrier: "El operador no responde como debería. Se está intentando de nuevo.",
  network: "Se ha perdido la conexión con el operador. Se está intentando de nuevo.",
  ended: "La llamada ha terminado.",
};
