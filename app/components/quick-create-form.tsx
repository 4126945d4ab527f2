import { Button, Group, Modal, NumberInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useNavigate } from "@remix-run/react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, errorInfo } from "../trpc.ts";
import { showDone, showError } from "./notify.ts";
import type { QuickCreateDefaults, QuickCreateType } from "./quick-create.tsx";
import { LikelyDuplicates } from "./likely-duplicates.tsx";
import { RecordSelect } from "./record-select.tsx";

/** Activities and tasks have forms of their own. */
type RecordType = Exclude<QuickCreateType, "activity" | "task">;

interface Values {
  name: string;
  firstName: string;
  title: string;
  email: string;
  industry: string;
  domain: string;
  amount: number | string;
  date: string;
  nextStep: string;
  nextStepDue: string;
  accountId: string | null;
}

const TITLES: Record<RecordType, string> = {
  account: "New account",
  contact: "New contact",
  opportunity: "New opportunity",
};

/** One form for every new record: only what is needed to start; the record page has the rest. */
export default function QuickCreateForm({
  type,
  defaults,
  onClose,
}: {
  type: RecordType;
  defaults: QuickCreateDefaults;
  onClose(): void;
}) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const form = useForm<Values>({
    initialValues: {
      name: defaults.template?.subject ?? "",
      firstName: "",
      title: "",
      email: "",
      industry: "",
      domain: "",
      amount: "",
      date: "",
      nextStep: "",
      nextStepDue: "",
      accountId: defaults.accountId ?? null,
    },
    validate: {
      name: (value) => (value.trim() ? null : "This is needed"),
      amount: (value) => (type === "opportunity" && value === "" ? "This is needed" : null),
      date: (value) => (type === "opportunity" && !value ? "This is needed" : null),
    },
  });
  const save = useMutation({
    mutationFn: (values: Values) => create(type, values),
    onSuccess: (href) => {
      void client.invalidateQueries();
      showDone(`${TITLES[type]}: saved`);
      onClose();
      if (href) navigate(href);
    },
    onError: (error) => {
      const fields = errorInfo(error)?.details.fields;
      if (fields && typeof fields === "object") form.setErrors(fields as Record<string, string>);
      showError(error);
    },
  });
  const nameLabel = {
    account: "Name",
    contact: "Last name",
    opportunity: "Name",
  }[type];
  return (
    <Modal opened onClose={onClose} title={TITLES[type]}>
      <form onSubmit={form.onSubmit((values) => save.mutate(values))} noValidate>
        <Stack gap="sm">
          {type === "contact" ? (
            <TextInput label="First name" data-autofocus {...form.getInputProps("firstName")} />
          ) : null}
          <TextInput
            label={nameLabel}
            withAsterisk
            data-autofocus={type !== "contact" || undefined}
            {...form.getInputProps("name")}
          />
          {type === "account" ? (
            <>
              <TextInput label="Industry" {...form.getInputProps("industry")} />
              <TextInput label="Domain" placeholder="example.com" {...form.getInputProps("domain")} />
              <LikelyDuplicates name={form.values.name} domain={form.values.domain} onOpen={onClose} />
            </>
          ) : null}
          {type === "contact" ? (
            <>
              <TextInput label="Title" {...form.getInputProps("title")} />
              <TextInput label="E-mail" type="email" {...form.getInputProps("email")} />
            </>
          ) : null}
          {type !== "account" && !defaults.opportunityId ? (
            <RecordSelect type="account" label="Account" {...form.getInputProps("accountId")} />
          ) : null}
          {type === "opportunity" ? (
            <>
              <Group grow>
                <NumberInput
                  label="Amount"
                  withAsterisk
                  prefix="$"
                  thousandSeparator
                  min={0}
                  decimalScale={2}
                  {...form.getInputProps("amount")}
                />
                <TextInput label="Close date" withAsterisk type="date" {...form.getInputProps("date")} />
              </Group>
              <Group grow>
                <TextInput label="Next step" withAsterisk {...form.getInputProps("nextStep")} />
                <TextInput label="by" type="date" withAsterisk {...form.getInputProps("nextStepDue")} />
              </Group>
            </>
          ) : null}
          <Group justify="flex-end" mt="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

const orNull = (text: string): string | null => text.trim() || null;

/** @returns where to go then; undefined to stay. */
async function create(type: RecordType, values: Values): Promise<string | undefined> {
  const { name, accountId } = values;
  switch (type) {
    case "account": {
      const { id } = await api.accounts.create.mutate({
        name,
        industry: orNull(values.industry),
        domain: orNull(values.domain),
      });
      return `/apps/crm/accounts/${id}`;
    }
    case "contact": {
      const { firstName, title, email } = values;
      const { id } = await api.contacts.create.mutate({
        lastName: name,
        firstName,
        title: orNull(title),
        email: orNull(email),
        accountId,
      });
      return `/apps/crm/contacts/${id}`;
    }
    case "opportunity": {
      const { id } = await api.opportunities.create.mutate({
        name,
        accountId,
        amountCents: Math.round(Number(values.amount) * 100),
        closeDate: values.date,
        nextStep: orNull(values.nextStep),
        nextStepDue: orNull(values.nextStepDue),
      });
      return `/apps/crm/opportunities/${id}`;
    }
  }
}
