/** Lo común de las páginas de administración, en español. */
export default {
  range: "{from}–{to} de {total}",
  edit: "Cambiar",
  remove: "Quitar",
  save: "Guardar",
  never: "Nunca",
  actions: "Qué se puede hacer",
  saved: "Guardado.",
  choose_file: "Archivo",
  dropped: "o arrástrelo aquí",
  uploading: "Subiendo",
  yes: "Sí",
  no: "No",
};
