import { Button, Group, NumberInput, Popover, SegmentedControl, Select, Stack, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { Link } from "@remix-run/react";
import { IconFilter, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { CATEGORIES } from "../../components/gate/forecast-field.tsx";
import { useMe } from "../../components/me.tsx";
import { useFilters } from "../../components/use-filters.ts";
import { trpc } from "../../trpc.ts";
import { QUALITY_LABELS } from "../../components/quality-labels.ts";
import type { ListInput } from "./search-input.ts";

const QUICK = [
  { key: "mine", label: "Assigned to me" },
  { key: "ready", label: "Ready to advance" },
  { key: "risk", label: "At risk" },
  { key: "nostep", label: "No next step" },
] as const;

/** What list and board show: every choice stands in the address. */
export function FilterBar({ input, isBoard }: { input: ListInput; isBoard: boolean }) {
  const filters = useFilters();
  const me = useMe();
  const stages = useQuery(trpc.opportunities.stages.queryOptions());
  const owners = useQuery(trpc.users.list.queryOptions());
  const setQuery = useDebouncedCallback((q: string) => filters.set({ q }), 200);
  const pipelines = [...new Map((stages.data ?? []).map((one) => [one.pipelineId, one.pipelineName])).entries()];
  const quick = me.can("opportunity:approve") ? [...QUICK, { key: "manager", label: "Needs manager" }] : QUICK;
  return (
    <Group mb="sm" gap="xs">
      <TextInput
        leftSection={<IconSearch size={16} />}
        placeholder="Find by name"
        aria-label="Find by name"
        defaultValue={filters.get("q")}
        onChange={(event) => setQuery(event.currentTarget.value)}
      />
      {isBoard ? null : (
        <>
          <SegmentedControl
            size="xs"
            value={input.kind ?? "open"}
            onChange={(kind) => filters.set({ kind: kind === "open" ? null : kind })}
            data={[
              { value: "open", label: "Open" },
              { value: "won", label: "Won" },
              { value: "lost", label: "Lost" },
              { value: "all", label: "All" },
            ]}
          />
          <Select
            placeholder="Any stage"
            aria-label="Stage"
            clearable
            data={(stages.data ?? []).map(({ id, name, pipelineName }) => ({
              value: id,
              label: pipelines.length > 1 ? `${pipelineName}: ${name}` : name,
            }))}
            value={filters.get("stage") || null}
            onChange={(stage) => filters.set({ stage })}
          />
        </>
      )}
      {pipelines.length > 1 ? (
        <Select
          placeholder={isBoard ? "Default pipeline" : "Any pipeline"}
          aria-label="Pipeline"
          clearable
          data={pipelines.map(([value, label]) => ({ value, label }))}
          value={filters.get("pipeline") || null}
          onChange={(pipeline) => filters.set({ pipeline })}
        />
      ) : null}
      <Select
        placeholder="Any owner"
        aria-label="Owner"
        clearable
        searchable
        data={(owners.data ?? []).map(({ id, name }) => ({
          value: id,
          label: id === me.userId ? `${name} (me)` : name,
        }))}
        value={filters.get("owner") || null}
        onChange={(owner) => filters.set({ owner })}
      />
      {quick.map(({ key, label }) => {
        const isOn = filters.get(key) === "1";
        return (
          <Button
            key={key}
            size="xs"
            variant={isOn ? "filled" : "default"}
            aria-pressed={isOn}
            onClick={() => filters.set({ [key]: isOn ? null : "1" })}
          >
            {label}
          </Button>
        );
      })}
      <MoreFilters />
    </Group>
  );
}

const MORE = ["min", "chance", "from", "to", "category", "quality", "stalled"];

function MoreFilters() {
  const filters = useFilters();
  const inUse = MORE.filter((key) => filters.get(key) !== "").length;
  const setNumber = useDebouncedCallback((key: string, value: number | string) => {
    filters.set({ [key]: value === "" ? null : String(Math.round(Number(value))) });
  }, 300);
  const isLarge = filters.get("min") === "50000";
  return (
    <Popover position="bottom-end" width={300} trapFocus>
      <Popover.Target>
        <Button size="xs" variant={inUse > 0 ? "light" : "default"} leftSection={<IconFilter size={14} />}>
          {inUse > 0 ? `More filters (${inUse})` : "More filters"}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs">
          <Button
            size="xs"
            variant={isLarge ? "filled" : "default"}
            aria-pressed={isLarge}
            onClick={() => filters.set({ min: isLarge ? null : "50000" })}
          >
            Over $50k
          </Button>
          <NumberInput
            size="xs"
            label="Amount from"
            prefix="$"
            thousandSeparator
            min={0}
            key={`min ${filters.get("min")}`}
            defaultValue={filters.get("min")}
            onChange={(value) => setNumber("min", value)}
          />
          <NumberInput
            size="xs"
            label="Probability from (%)"
            min={0}
            max={100}
            defaultValue={filters.get("chance")}
            onChange={(value) => setNumber("chance", value)}
          />
          <Group grow gap="xs">
            <TextInput
              size="xs"
              type="date"
              label="Closes from"
              value={filters.get("from")}
              onChange={(event) => filters.set({ from: event.currentTarget.value })}
            />
            <TextInput
              size="xs"
              type="date"
              label="Closes until"
              value={filters.get("to")}
              onChange={(event) => filters.set({ to: event.currentTarget.value })}
            />
          </Group>
          <Select
            size="xs"
            label="Forecast category"
            placeholder="Any"
            clearable
            comboboxProps={{ withinPortal: false }}
            data={CATEGORIES}
            value={filters.get("category") || null}
            onChange={(category) => filters.set({ category })}
          />
          <Select
            size="xs"
            label="Data quality"
            placeholder="Any"
            clearable
            comboboxProps={{ withinPortal: false }}
            data={[
              { value: "any", label: "Something missing" },
              ...Object.entries(QUALITY_LABELS).map(([value, label]) => ({ value, label })),
            ]}
            value={filters.get("quality") || null}
            onChange={(quality) => filters.set({ quality })}
          />
          <Button
            size="xs"
            variant={filters.get("stalled") === "1" ? "filled" : "default"}
            aria-pressed={filters.get("stalled") === "1"}
            onClick={() => filters.set({ stalled: filters.get("stalled") === "1" ? null : "1" })}
          >
            Stalled
          </Button>
          <Button size="xs" variant="subtle" component={Link} to="/apps/crm/opportunities/data-quality">
            Data quality by owner
          </Button>
          <Button
            size="xs"
            variant="subtle"
            disabled={inUse === 0}
            onClick={() => filters.set(Object.fromEntries(MORE.map((key) => [key, null])))}
          >
            Clear these
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
