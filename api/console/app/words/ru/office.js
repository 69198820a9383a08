/** Общее для страниц администратора, по-русски. */
export default {
  range: "{from}–{to} из {total}",
  edit: "Изменить",
  remove: "Убрать",
  save: "Сохранить",
  never: "Никогда",
  actions: "Что можно сделать",
  saved: "Сохранено.",
  choose_file: "Файл",
  dropped: "или перетащите его сюда",
  uploading: "Загрузка",
  yes: "Да",
  no: "Нет",
};
