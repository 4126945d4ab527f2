import {
  ActionIcon,
  AppShell,
  Avatar,
  Badge,
  Burger,
  Group,
  Kbd,
  Menu,
  NavLink,
  Text,
  Tooltip,
  UnstyledButton,
  useMantineColorScheme,
  VisuallyHidden,
} from "@mantine/core";
import { useDisclosure, useHotkeys } from "@mantine/hooks";
import { Link, useLocation, useNavigate } from "@remix-run/react";
import {
  IconBuildingSkyscraper,
  IconChecklist,
  IconHeartHandshake,
  IconHeartRateMonitor,
  IconInbox,
  IconLayoutDashboard,
  IconLayoutKanban,
  IconListCheck,
  IconMoon,
  IconSearch,
  IconSettings,
  IconSparkles,
  IconSun,
  IconTargetArrow,
  IconUserPlus,
  IconUsers,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState, type ReactNode } from "react";
import { trpc } from "../trpc.ts";
import { useConnection } from "./live.tsx";
import { useMe } from "./me.tsx";
import { NotificationMenu } from "./notification-menu.tsx";

const Palette = lazy(() => import("./palette.tsx"));

const LINKS = [
  { to: "/dashboard/crm", label: "Command center", icon: IconLayoutDashboard, key: "h" },
  { to: "/priorities", label: "Priorities", icon: IconListCheck, key: "p" },
  { to: "/inbox", label: "Inbox", icon: IconInbox, key: "i" },
  { to: "/apps/crm/leads", label: "Leads", icon: IconUserPlus, key: "l" },
  { to: "/apps/crm/opportunities", label: "Opportunities", icon: IconTargetArrow, key: "o" },
  { to: "/apps/crm/accounts", label: "Accounts", icon: IconBuildingSkyscraper, key: "a" },
  { to: "/apps/crm/contacts", label: "Contacts", icon: IconUsers, key: "c" },
  { to: "/assistant", label: "Assistant", icon: IconSparkles, key: "s" },
] as const;

/** Frame of every signed-in screen: navigation, search, notifications, theme, connection. */
export function Shell({ children }: { children: ReactNode }) {
  const [isOpen, { toggle, close }] = useDisclosure(false);
  const [isPaletteOpen, setPaletteOpen] = useState(false);
  const { pathname } = useLocation();
  const me = useMe();
  const counts = useQuery(trpc.coaching.counts.queryOptions());
  const isRoom = pathname.endsWith("/room");
  useGoKeys();
  useHotkeys([["mod+K", () => setPaletteOpen(true)]], []);

  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 220, breakpoint: "sm", collapsed: { mobile: !isOpen, desktop: isRoom } }}
      padding={isRoom ? 0 : "lg"}
      className="shell"
    >
      <a href="#content" className="skip-link">
        Skip to content
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap" gap="xs">
          <Group gap="xs" wrap="nowrap">
            <Burger
              opened={isOpen}
              onClick={toggle}
              hiddenFrom={isRoom ? undefined : "sm"}
              size="sm"
              aria-label="Navigation"
            />
            <UnstyledButton component={Link} to="/dashboard/crm" className="brand">
              <img src="/favicon.svg" alt="" width={24} height={24} />
              <Text fw={700} visibleFrom="xs">
                Ringside
              </Text>
            </UnstyledButton>
          </Group>
          <UnstyledButton className="search-button" onClick={() => setPaletteOpen(true)}>
            <VisuallyHidden>Search or jump to records, screens and actions</VisuallyHidden>
            <IconSearch size={16} aria-hidden />
            <Text size="sm" c="dimmed" visibleFrom="xs" aria-hidden>
              Search or jump to
            </Text>
            <Kbd size="xs" visibleFrom="sm" aria-hidden>
              Ctrl K
            </Kbd>
          </UnstyledButton>
          <Group gap={4} wrap="nowrap">
            <ThemeToggle />
            <NotificationMenu />
            <UserMenu name={me.name} email={me.email} />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs">
        <nav aria-label="Main" className="grow">
          {LINKS.map(({ to, label, icon: Icon }) => (
            <NavLink
              key={to}
              component={Link}
              to={to}
              label={label}
              prefetch="intent"
              active={pathname === to || pathname.startsWith(`${to}/`)}
              leftSection={<Icon size={18} stroke={1.6} />}
              rightSection={to === "/inbox" ? <InboxBadge counts={counts.data} /> : null}
              onClick={close}
            />
          ))}
        </nav>
        {me.can("settings:manage") || me.can("import:run") ? (
          <NavLink
            component={Link}
            to="/settings/import"
            label="Import"
            leftSection={<IconChecklist size={18} stroke={1.6} />}
            onClick={close}
            active={pathname === "/settings/import"}
          />
        ) : null}
        {me.can("settings:manage") ? (
          <NavLink
            component={Link}
            to="/settings/leads"
            label="Lead rules"
            leftSection={<IconUserPlus size={18} stroke={1.6} />}
            onClick={close}
            active={pathname === "/settings/leads"}
          />
        ) : null}
        {me.can("coaching:report") ? (
          <NavLink
            component={Link}
            to="/settings/coaching"
            label="Coaching report"
            leftSection={<IconHeartHandshake size={18} stroke={1.6} />}
            onClick={close}
            active={pathname === "/settings/coaching"}
          />
        ) : null}
        {me.can("settings:manage") ? (
          <NavLink
            component={Link}
            to="/settings/pipelines"
            label="Pipelines"
            leftSection={<IconLayoutKanban size={18} stroke={1.6} />}
            onClick={close}
            active={pathname === "/settings/pipelines"}
          />
        ) : null}
        {me.can("settings:manage") ? (
          <NavLink
            component={Link}
            to="/settings/deal-risk"
            label="Deal risk"
            leftSection={<IconHeartRateMonitor size={18} stroke={1.6} />}
            onClick={close}
            active={pathname === "/settings/deal-risk"}
          />
        ) : null}
        {me.can("user:manage") ? (
          <NavLink
            component={Link}
            to="/settings/people"
            label="People"
            leftSection={<IconSettings size={18} stroke={1.6} />}
            onClick={close}
            active={pathname === "/settings/people"}
          />
        ) : null}
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <ConnectionBanner />
        {children}
      </AppShell.Main>
      {isPaletteOpen ? (
        <Suspense fallback={null}>
          <Palette screens={LINKS} onClose={() => setPaletteOpen(false)} />
        </Suspense>
      ) : null}
    </AppShell>
  );
}

function InboxBadge({ counts }: { counts: { to_acknowledge: number; overdue: number } | undefined }) {
  if (!counts || counts.to_acknowledge === 0) return null;
  return (
    <Badge
      size="sm"
      circle={counts.to_acknowledge < 10}
      color={counts.overdue > 0 ? "red" : "ink"}
      aria-label={`${counts.to_acknowledge} to acknowledge`}
    >
      {counts.to_acknowledge}
    </Badge>
  );
}

function ConnectionBanner() {
  if (useConnection() !== "lost") return null;
  return (
    <div className="banner" role="status">
      Connection lost. You can go on; this screen catches up by itself.
    </div>
  );
}

function ThemeToggle() {
  const { toggleColorScheme } = useMantineColorScheme();
  return (
    <Tooltip label="Light or dark">
      <ActionIcon
        variant="subtle"
        color="gray"
        size={34}
        onClick={toggleColorScheme}
        aria-label="Switch between light and dark"
      >
        <IconSun size={18} className="only-dark" />
        <IconMoon size={18} className="only-light" />
      </ActionIcon>
    </Tooltip>
  );
}

function UserMenu({ name, email }: { name: string; email: string }) {
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <UnstyledButton aria-label={`Signed in as ${name}`}>
          <Avatar name={name} color="ink" variant="filled" size={32} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {name}
          <br />
          {email}
        </Menu.Label>
        <Menu.Item component={Link} to="/settings/account">
          Your account
        </Menu.Item>
        <form method="post" action="/logout">
          <Menu.Item component="button" type="submit">
            Sign out
          </Menu.Item>
        </form>
      </Menu.Dropdown>
    </Menu>
  );
}

/** `g` and then a letter goes places; not while typing. */
function useGoKeys(): void {
  const navigate = useNavigate();
  const [isArmed, setArmed] = useState(false);
  useHotkeys([
    ["g", () => setArmed(true)],
    ...LINKS.map(({ key, to }): [string, () => void] => [
      key,
      () => {
        if (isArmed) navigate(to);
        setArmed(false);
      },
    ]),
  ]);
}
