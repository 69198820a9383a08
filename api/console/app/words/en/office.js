/** What the pages of the admin desk have in common, in English. */
export default {
  range: "{from}–{to} of {total}",
  edit: "Change",
  remove: "Remove",
  save: "Save",
  never: "Never",
  actions: "What can be done",
  saved: "Saved.",
  choose_file: "File",
  dropped: "or drop it here",
  uploading: "Uploading",
  yes: "Yes",
  no: "No",
};
