import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { Button } from "../kit/components/button.js";
import { Checkbox } from "../kit/components/checkbox.js";
import { Empty } from "../kit/components/empty.js";
import { Field } from "../kit/components/field.js";
import { Page } from "../kit/components/page.js";
import { Select } from "../kit/components/select.js";
import { Table } from "../kit/components/table.js";
import { useResource } from "../kit/resource.js";
import { href, navigate } from "../kit/router.js";
import { can } from "../kit/session.js";
import { onConnected, onEvent } from "../kit/socket.js";
import { formatNumber, t } from "../kit/words.js";
import { all, nameOf, useGroups } from "../office/names.js";
import { NewAgentDialog } from "./agent-form.js";
import { AgentState, workplaceOf } from "./agent-words.js";

/** @typedef {import("../kit/shapes.js").Schema<"AgentOut">} Agent */

/** Everybody who takes calls, and what they are doing now. */
export function AgentsPage() {
  const [search, setSearch] = useState("");
  const [group, setGroup] = useState("");
  const [withInactive, setWithInactive] = useState(false);
  const [isOpen, setOpen] = useState(false);
  const groups = useGroups();
  const list = useAgents(withInactive);
  const wanted = search.trim().toLowerCase();
  const shown = list.data?.filter(
    (agent) =>
      (group === "" || agent.agent_group_id === (group === "none" ? null : group)) &&
      [agent.name, agent.email, agent.phone].some((text) => (text ?? "").toLowerCase().includes(wanted)),
  );
  const add =
    can("admin") && html`<${Button} kind="main" icon="+" onClick=${() => setOpen(true)}>${t("people.agent.add")}<//>`;
  const groupOptions = [
    { value: "", label: t("people.group.any") },
    ...groups.map(({ id, name }) => ({ value: id, label: name })),
    { value: "none", label: t("people.group.none") },
  ];
  return html`<${Page} title=${t("people.agents")} lead=${t("people.agents.lead")} actions=${add}>
    <div class="office-bar">
      <${Field} label=${t("people.find")} type="search" value=${search} onInput=${setSearch} autocomplete="off" />
      <${Select} label=${t("people.group")} value=${group} options=${groupOptions} onChange=${setGroup} />
      <${Checkbox} label=${t("people.with_inactive")} checked=${withInactive} onChange=${setWithInactive} />
    </div>
    <${Table}
      caption=${t("people.agents")}
      columns=${columns(groups)}
      rows=${shown ?? null}
      rowKey=${(/** @type {Agent} */ agent) => agent.id}
      rowClass=${(/** @type {Agent} */ agent) => (agent.is_active ? "" : "row-quiet")}
      error=${list.error}
      onRetry=${list.reload}
      isLoading=${list.isLoading}
      empty=${
        list.data?.length
          ? html`<${Empty} title=${t("people.agents.none_found")} />`
          : html`<${Empty} icon="◉" title=${t("people.agents.empty")} action=${add}>${t("people.agents.empty_help")}<//>`
      }
    />
    ${isOpen && html`<${NewAgentDialog} groups=${groups} onClose=${() => setOpen(false)} onDone=${(/** @type {Agent} */ agent) => navigate(`/agents/${agent.id}`)} />`}
  <//>`;
}

/** The agents, kept up to date by what the server tells. @param {boolean} withInactive */
function useAgents(withInactive) {
  const list = useResource(
    (signal) =>
      /** @type {Promise<Agent[]>} */ (all("/api/agents", "agents", signal, { include_inactive: withInactive })),
    [withInactive],
  );
  const latest = useRef(list);
  latest.current = list;
  useEffect(() => {
    const offEvent = onEvent("agent:status:updated", ({ agentId, at: _at, ...told }) => {
      const { data, set } = latest.current;
      if (data) set(data.map((agent) => (agent.id === agentId ? { ...agent, ...told } : agent)));
    });
    let isFirst = true;
    const offConnected = onConnected(() => {
      // The list is being fetched anyway when the page opens.
      if (!isFirst) latest.current.reload();
      isFirst = false;
    });
    return () => {
      offEvent();
      offConnected();
    };
  }, []);
  return list;
}

/**
 * @param {import("../office/names.js").Group[]} groups
 * @returns {import("../kit/components/table.js").Column<Agent>[]}
 */
function columns(groups) {
  return [
    {
      key: "name",
      title: t("people.name"),
      cell: (agent) => html`<a href=${href(`/agents/${agent.id}`)}>${agent.name}</a>`,
    },
    { key: "state", title: t("people.state"), cell: (agent) => html`<${AgentState} agent=${agent} />` },
    { key: "group", title: t("people.group"), cell: (agent) => nameOf(groups, agent.agent_group_id) ?? "–" },
    {
      key: "where",
      title: t("people.where"),
      cell: (agent) => html`<span class="figure">${workplaceOf(agent)}</span>`,
    },
    {
      key: "login",
      title: t("people.login"),
      cell: (agent) => (agent.user_id ? t("office.yes") : t("people.no_login")),
    },
    {
      key: "calls",
      title: t("people.calls"),
      isNumber: true,
      cell: (agent) => formatNumber(agent.total_calls_handled),
    },
  ];
}
