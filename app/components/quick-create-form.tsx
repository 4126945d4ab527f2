import { Button, Group, Modal, NumberInput, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useNavigate } from "@remix-run/react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, errorInfo } from "../trpc.ts";
import { showDone, showError } from "./notify.ts";
import type { QuickCreateDefaults, QuickCreateType } from "./quick-create.tsx";
import { RecordSelect } from "./record-select.tsx";

interface Values {
  name: string;
  firstName: string;
  title: string;
  email: string;
  industry: string;
  domain: string;
  kind: string;
  body: string;
  outcome: string;
  amount: number | string;
  date: string;
  nextStep: string;
  nextStepDue: string;
  accountId: string | null;
  opportunityId: string | null;
}

const TITLES: Record<QuickCreateType, string> = {
  account: "New account",
  contact: "New contact",
  opportunity: "New opportunity",
  activity: "Log an activity",
  task: "New task",
};

/** One form for every new record: only what is needed to start; the record page has the rest. */
export default function QuickCreateForm({
  type,
  defaults,
  onClose,
}: {
  type: QuickCreateType;
  defaults: QuickCreateDefaults;
  onClose(): void;
}) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const form = useForm<Values>({
    initialValues: {
      name: "",
      firstName: "",
      title: "",
      email: "",
      industry: "",
      domain: "",
      kind: "call",
      body: "",
      outcome: "",
      amount: "",
      date: "",
      nextStep: "",
      nextStepDue: "",
      accountId: defaults.accountId ?? null,
      opportunityId: defaults.opportunityId ?? null,
    },
    validate: {
      name: (value) => (value.trim() ? null : "This is needed"),
      amount: (value) => (type === "opportunity" && value === "" ? "This is needed" : null),
      date: (value) => (type === "opportunity" && !value ? "This is needed" : null),
    },
  });
  const save = useMutation({
    mutationFn: (values: Values) => create(type, values, defaults),
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
    activity: "Subject",
    task: "What is to be done",
  }[type];
  return (
    <Modal opened onClose={onClose} title={TITLES[type]}>
      <form onSubmit={form.onSubmit((values) => save.mutate(values))} noValidate>
        <Stack gap="sm">
          {type === "activity" ? (
            <Select label="Kind" data={KINDS} allowDeselect={false} {...form.getInputProps("kind")} />
          ) : null}
          {type === "contact" ? <TextInput label="First name" {...form.getInputProps("firstName")} /> : null}
          <TextInput label={nameLabel} withAsterisk data-autofocus {...form.getInputProps("name")} />
          {type === "account" ? (
            <>
              <TextInput label="Industry" {...form.getInputProps("industry")} />
              <TextInput label="Domain" placeholder="example.com" {...form.getInputProps("domain")} />
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
                <TextInput label="Next step" {...form.getInputProps("nextStep")} />
                <TextInput label="by" type="date" {...form.getInputProps("nextStepDue")} />
              </Group>
            </>
          ) : null}
          {type === "task" ? <TextInput label="Due" type="date" {...form.getInputProps("date")} /> : null}
          {type === "activity" ? (
            <>
              <TextInput
                label="Outcome"
                placeholder="Connected, voicemail, agreed on …"
                {...form.getInputProps("outcome")}
              />
              <Textarea label="Notes" autosize minRows={3} maxRows={10} {...form.getInputProps("body")} />
            </>
          ) : null}
          {(type === "activity" || type === "task") && !defaults.opportunityId && !defaults.accountId ? (
            <RecordSelect type="opportunity" label="Opportunity" {...form.getInputProps("opportunityId")} />
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

const KINDS = [
  { value: "call", label: "Call" },
  { value: "email", label: "E-mail" },
  { value: "meeting", label: "Meeting" },
  { value: "visit", label: "Visit" },
  { value: "note", label: "Note" },
];

const orNull = (text: string): string | null => text.trim() || null;

/** @returns where to go then; undefined to stay. */
async function create(
  type: QuickCreateType,
  values: Values,
  defaults: QuickCreateDefaults,
): Promise<string | undefined> {
  const { name, accountId, opportunityId } = values;
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
    case "activity":
      await api.activities.log.mutate({
        kind: values.kind as "call",
        subject: name,
        body: values.body,
        outcome: orNull(values.outcome),
        accountId,
        opportunityId,
        contactId: defaults.contactId ?? null,
      });
      return undefined;
    case "task":
      await api.tasks.create.mutate({
        title: name,
        dueOn: orNull(values.date),
        accountId,
        opportunityId,
        contactId: defaults.contactId ?? null,
      });
      return undefined;
  }
}
