import { createTheme, type MantineColorsTuple } from "@mantine/core";

/** One accent (ink blue) and one neutral scale with a touch of warmth; four-pixel grid; five sizes of type. */
const ink: MantineColorsTuple = [
  "#eef2ff",
  "#dfe5fb",
  "#bcc8f3",
  "#96a8ea",
  "#758ce2",
  "#6079de",
  "#3f5bd0",
  "#3049b4",
  "#273d97",
  "#1b2d76",
];
const gray: MantineColorsTuple = [
  "#fafaf8",
  "#f3f3f0",
  "#e8e8e4",
  "#d8d8d3",
  "#b9b9b3",
  "#8b8b85",
  "#6a6a65",
  "#4b4b47",
  "#2f2f2c",
  "#1d1d1b",
];
const dark: MantineColorsTuple = [
  "#d6d8de",
  "#b0b4bd",
  "#8d929e",
  "#5f6572",
  "#3a3f4b",
  "#2c313b",
  "#20242d",
  "#181b22",
  "#121419",
  "#0b0d11",
];

export const theme = createTheme({
  primaryColor: "ink",
  primaryShade: 6,
  colors: { ink, gray, dark },
  fontFamily: 'Inter, "Segoe UI", system-ui, -apple-system, Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, monospace',
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.9375rem", lg: "1.125rem", xl: "1.5rem" },
  headings: {
    fontWeight: "650",
    sizes: {
      h1: { fontSize: "1.5rem", lineHeight: "1.25" },
      h2: { fontSize: "1.125rem", lineHeight: "1.35" },
      h3: { fontSize: "0.9375rem", lineHeight: "1.4" },
    },
  },
  spacing: { xs: "8px", sm: "12px", md: "16px", lg: "24px", xl: "32px" },
  radius: { xs: "4px", sm: "6px", md: "8px", lg: "12px", xl: "20px" },
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    Badge: { styles: { root: { textTransform: "none" } } },
    Button: { defaultProps: { size: "sm" } },
    TextInput: { defaultProps: { size: "sm" } },
    Select: { defaultProps: { size: "sm", comboboxProps: { shadow: "md" } } },
    Modal: { defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.45, blur: 2 } } },
    Tooltip: { defaultProps: { openDelay: 350, withArrow: true } },
  },
});
