import { html } from "htm/preact";
import { useEffect } from "preact/hooks";

import { api } from "../kit/api.js";
import { Problem } from "../kit/components/problem.js";
import { Progress } from "../kit/components/progress.js";
import { useResource } from "../kit/resource.js";
import { t } from "../kit/words.js";

const OVER = ["completed", "failed", "cancelled"];

/**
 * How far an import is, until it is over.
 * @param {{importId: string, onEnd: () => void}} props
 */
export function ImportProgress({ importId, onEnd }) {
  const found = useResource((signal) => api.get(`/api/leads/imports/${importId}`, { signal }), [importId], {
    everySeconds: 3,
  });
  /** @type {import("../kit/shapes.js").Schema<"ImportDetailsOut"> | undefined} */
  const job = found.data?.import;
  const isOver = job !== undefined && OVER.includes(job.status);
  useEffect(() => {
    if (isOver) onEnd();
  }, [isOver]);
  if (!job) return html`<${Problem} error=${found.error} onRetry=${found.reload} />`;
  const share = isOver ? 1 : (job.percent ?? 0) / 100;
  return html`<div role="status"><${Progress} label=${t(isOver ? `dnc.import.${job.status}` : "dnc.import.running")} value=${share} /></div>`;
}
