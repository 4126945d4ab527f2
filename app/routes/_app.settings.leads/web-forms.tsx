import { Button, Code, Group, Stack, Switch, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { showDone, showError } from "../../components/notify.ts";
import { trpc } from "../../trpc.ts";

/** Public forms: the address that a website posts to, and whether it is open. */
export function WebForms() {
  const client = useQueryClient();
  const forms = useQuery(trpc.leads.forms.queryOptions());
  const [name, setName] = useState("");
  const refresh = () => client.invalidateQueries({ queryKey: trpc.leads.forms.queryKey() });
  const create = useMutation(
    trpc.leads.createForm.mutationOptions({
      onSuccess: () => {
        setName("");
        showDone("Form made");
      },
      onError: showError,
      onSettled: refresh,
    }),
  );
  const update = useMutation(trpc.leads.updateForm.mutationOptions({ onError: showError, onSettled: refresh }));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim()) create.mutate({ name });
  };
  return (
    <section className="panel" aria-labelledby="web-forms">
      <Title order={2} id="web-forms" mb="xs">
        Web forms
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        A form on your site posts to its address: first_name, last_name, company, email, phone, country, employees,
        message, interest (demo or pricing). Other fields are kept as they are. Leave fax_number empty and hidden:
        whatever fills it is a machine.
      </Text>
      <Stack gap="sm">
        {forms.data?.map((form) => (
          <Group key={form.id} gap="sm" justify="space-between">
            <div className="shrink">
              <Text fw={600} size="sm">
                {form.name}
              </Text>
              <Code className="break">/forms/{form.publicKey}</Code>
              <Text size="xs" c="dimmed">
                {form.leadCount} leads{form.campaignName ? ` · ${form.campaignName}` : ""}
              </Text>
            </div>
            <Switch
              label="Open"
              checked={form.isActive}
              onChange={(event) =>
                update.mutate({
                  formId: form.id,
                  version: form.version,
                  changes: { isActive: event.currentTarget.checked },
                })
              }
            />
          </Group>
        ))}
      </Stack>
      <form onSubmit={submit}>
        <Group align="flex-end" gap="xs" mt="sm">
          <TextInput
            label="Name of a new form"
            className="grow"
            maw={320}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button type="submit" variant="default" loading={create.isPending} disabled={!name.trim()}>
            Make a form
          </Button>
        </Group>
      </form>
    </section>
  );
}
