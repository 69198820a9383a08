/** The beginning of a large text file: enough for a look, so that nobody waits for a hundred megabytes to travel twice. */

const SAMPLE_BYTES = 1_500_000;
const TAIL_BYTES = 200_000;

/** Whether a file is a workbook, of which no part can be read by itself. @param {File} file */
const isWorkbook = (file) => /\.(xlsx|xlsm|xls|zip|ods)$/i.test(file.name);

/** Whether a look takes only a part of the file. @param {File} file */
export const isSampled = (file) => !isWorkbook(file) && file.size > SAMPLE_BYTES;

/**
 * What to send for a preview: the whole file, or its beginning up to the end of a line.
 * @param {File} file
 * @returns {Promise<Blob>}
 */
export async function sampleOf(file) {
  if (!isSampled(file)) return file;
  const tail = new Uint8Array(await file.slice(SAMPLE_BYTES - TAIL_BYTES, SAMPLE_BYTES).arrayBuffer());
  const end = Math.max(tail.lastIndexOf(10), tail.lastIndexOf(13));
  // Of a text of two bytes a letter, the second half of its line end belongs to it.
  const isWide = end >= 0 && tail[end + 1] === 0;
  return file.slice(0, end < 0 ? SAMPLE_BYTES : SAMPLE_BYTES - TAIL_BYTES + end + (isWide ? 2 : 1));
}
