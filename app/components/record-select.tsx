import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { trpc } from "../trpc.ts";

interface RecordSelectProps {
  type: "account" | "contact" | "opportunity";
  label: string;
  value?: string | null;
  onChange(id: string | null): void;
  /** Name of the record already chosen. */
  initialLabel?: string | undefined;
  error?: string | undefined;
}

/** Picks a record by typing part of its name. */
export function RecordSelect({ type, label, value, onChange, initialLabel, error }: RecordSelectProps) {
  const [text, setText] = useState(initialLabel ?? "");
  const [query] = useDebouncedValue(text.trim(), 150);
  const found = useQuery({
    ...trpc.search.find.queryOptions({ query }),
    enabled: query.length >= 2,
    placeholderData: keepPreviousData,
  });
  const options = (found.data ?? [])
    .filter((row) => row.type === type)
    .map((row) => ({ value: row.id, label: row.name }));
  if (value && initialLabel && !options.some((option) => option.value === value))
    options.unshift({ value, label: initialLabel });
  return (
    <Select
      label={label}
      data={options}
      value={value ?? null}
      onChange={onChange}
      searchable
      clearable
      searchValue={text}
      onSearchChange={setText}
      filter={({ options: all }) => all}
      nothingFoundMessage={query.length < 2 ? "Type two letters" : "Nothing found"}
      error={error}
    />
  );
}
