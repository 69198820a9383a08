import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Button } from "../kit/components/button.js";
import { Loading } from "../kit/components/loading.js";
import { notify } from "../kit/components/notify.js";
import { Page } from "../kit/components/page.js";
import { Panel } from "../kit/components/panel.js";
import { Problem } from "../kit/components/problem.js";
import { Progress } from "../kit/components/progress.js";
import { Select } from "../kit/components/select.js";
import { useAction, useResource } from "../kit/resource.js";
import { changeQuery, href, navigate } from "../kit/router.js";
import { t } from "../kit/words.js";
import { FileDrop } from "./file-drop.js";
import { ImportOptions } from "./import-options.js";
import { PreviewPanel } from "./preview-panel.js";
import { RecentImports } from "./recent-imports.js";
import { isSampled, sampleOf } from "./sample-file.js";

/** @typedef {import("../kit/shapes.js").Schema<"api__surfaces__dialer__schemas__imports__PreviewAnswer">} Preview */

/** A file becomes leads: choose it, look at it, import it. @param {{route: import("../kit/router.js").Route}} props */
export function NewImportPage({ route }) {
  const campaignId = route.query.get("campaign") ?? "";
  const [file, setFile] = useState(/** @type {File | null} */ (null));
  const [mapping, setMapping] = useState(/** @type {Record<string, string | null>} */ ({}));
  const [options, setOptions] = useState(/** @type {Record<string, string>} */ ({}));
  const preview = usePreview(campaignId, file, mapping, options);
  const upload = useUpload(campaignId, file, mapping, options);
  return html`<${Page} title=${t("imports.new")} lead=${t("imports.lead")} wide>
    <${CampaignChoice} id=${campaignId} disabled=${upload.isBusy} />
    <${FileDrop}
      file=${file}
      disabled=${upload.isBusy || !campaignId}
      onFile=${(/** @type {File} */ chosen) => {
        setMapping({});
        setFile(chosen);
      }}
    />
    ${!campaignId && html`<p class="section-help">${t("imports.choose_campaign_first")}</p>`}
    ${file && html`<${ImportOptions} campaignId=${campaignId} options=${options} onChange=${setOptions} disabled=${upload.isBusy} />`}
    <${Problem} error=${preview.error} title=${t("imports.unreadable")} onRetry=${preview.reload} />
    ${file && !preview.data && !preview.error && html`<${Panel} title=${t("imports.looking")}><${Loading} lines=${6} /><//>`}
    ${
      preview.data &&
      file &&
      html`<${PreviewPanel}
      preview=${preview.data}
      isSampled=${isSampled(file)}
      isBusy=${preview.isLoading}
      onTarget=${(/** @type {string} */ header, /** @type {string} */ target) => setMapping({ ...mapping, [header]: target === "ignore" ? null : target })}
    />`
    }
    <${Problem} error=${upload.error} title=${t("imports.not_imported")} />
    ${
      upload.isBusy &&
      html`<div class="upload-bar">
      <${Progress} label=${t(upload.share < 1 ? "imports.sending" : "imports.working")} value=${upload.share < 1 ? upload.share : null} />
      <${Button} onClick=${upload.cancel}>${t("kit.cancel")}<//>
    </div>`
    }
    ${
      preview.data &&
      html`<div class="actions">
      <${Button} kind="main" icon="⇪" data-action="import" isBusy=${upload.isBusy} disabled=${preview.isLoading || preview.data.needs_mapping} onClick=${upload.run}>${t("imports.import")}<//>
      ${preview.data.needs_mapping && html`<span class="tone-warn import-note">${t("imports.needs_phone")}</span>`}
    </div>`
    }
    <${RecentImports} campaignId=${campaignId} />
  <//>`;
}

/** @param {{id: string, disabled: boolean}} props */
function CampaignChoice({ id, disabled }) {
  const found = useResource((signal) => api.get("/api/campaigns", { query: { limit: 100 }, signal }));
  const campaigns = (found.data?.campaigns ?? []).filter(
    (/** @type {any} */ campaign) => campaign.status !== "cancelled" || campaign.id === id,
  );
  if (found.data && campaigns.length === 0) {
    return html`<p class="section-help">${t("imports.no_campaign")} <a href=${href("/campaigns/new")}>${t("imports.make_campaign")}</a></p>`;
  }
  return html`<${Problem} error=${found.error} onRetry=${found.reload} />
    <${Select}
      label=${t("imports.campaign")}
      value=${id}
      disabled=${disabled}
      options=${[{ value: "", label: t("imports.choose"), disabled: true }, ...campaigns.map((/** @type {any} */ campaign) => ({ value: campaign.id, label: campaign.name }))]}
      onChange=${(/** @type {string} */ chosen) => changeQuery({ campaign: chosen })}
    />`;
}

/**
 * @param {string} campaignId
 * @param {Blob} file
 * @param {string} filename
 * @param {Record<string, string | null>} mapping
 * @param {Record<string, string>} options
 */
function formOf(campaignId, file, filename, mapping, options) {
  const form = new FormData();
  form.append("campaign_id", campaignId);
  for (const [name, value] of Object.entries(options)) if (value !== "") form.append(name, value);
  if (Object.keys(mapping).length > 0) form.append("field_mapping", JSON.stringify(mapping));
  form.append("file", file, filename);
  return form;
}

/**
 * @param {string} campaignId
 * @param {File | null} file
 * @param {Record<string, string | null>} mapping
 * @param {Record<string, string>} options
 */
function usePreview(campaignId, file, mapping, options) {
  const found = useResource(
    async (signal) => {
      if (!file) throw new Error("no file");
      const form = formOf(campaignId, await sampleOf(file), file.name, mapping, options);
      return {
        of: file,
        answer: /** @type {Preview} */ (await api.upload("/api/leads/imports/preview", form, { signal })),
      };
    },
    [campaignId, file, JSON.stringify(mapping), JSON.stringify(options)],
    { isEnabled: file !== null && campaignId !== "" },
  );
  // What was found out about another file is not shown for this one.
  return { ...found, data: found.data?.of === file ? found.data.answer : null };
}

/**
 * @param {string} campaignId
 * @param {File | null} file
 * @param {Record<string, string | null>} mapping
 * @param {Record<string, string>} options
 */
function useUpload(campaignId, file, mapping, options) {
  const [share, setShare] = useState(0);
  const stop = useRef(/** @type {AbortController | null} */ (null));
  const sending = useAction(async () => {
    if (!file) return;
    stop.current = new AbortController();
    setShare(0);
    const answer = await api.upload("/api/leads/upload", formOf(campaignId, file, file.name, mapping, options), {
      onProgress: setShare,
      signal: stop.current.signal,
    });
    notify(t("imports.begun", { name: file.name }));
    navigate(`/imports/${answer.import_id}`);
  });
  useEffect(() => () => stop.current?.abort(), []);
  return {
    share,
    isBusy: sending.isBusy,
    error: sending.error,
    run: () => sending.run(),
    cancel: () => stop.current?.abort(),
  };
}
