// Elements carry the light colours, because some clients ignore the style sheet. The style sheet sets the dark colours.
export const FONT =
  '-apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
export const MONOSPACE = 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace';

/** An organisation's own. */
export type MailColor = Record<'light' | 'dark', { accent: string; onAccent: string }>;

export const LIGHT = {
  page: '#f3f4f6',
  card: '#ffffff',
  edge: '#e3e6ea',
  text: '#1d2733',
  quiet: '#5b6672',
  accent: '#2a5bd7',
  onAccent: '#ffffff',
  raised: '#f3f5f8',
};

const DARK: typeof LIGHT = {
  page: '#0f1216',
  card: '#191e25',
  edge: '#2c343e',
  text: '#e8ebef',
  quiet: '#a3adb8',
  accent: '#8fb1ff',
  onAccent: '#0f1216',
  raised: '#232a33',
};

const rulesOf = (colors: typeof LIGHT): string[] =>
  Object.entries({
    '.m-page': `background-color: ${colors.page} !important;`,
    // React Email also writes the page's colour into a table cell.
    '.m-page > table > tbody > tr > td': `background-color: ${colors.page} !important;`,
    '.m-card': `background-color: ${colors.card} !important; border-color: ${colors.edge} !important;`,
    '.m-raised': `background-color: ${colors.raised} !important;`,
    '.m-edge': `border-color: ${colors.edge} !important;`,
    '.m-text': `color: ${colors.text} !important;`,
    '.m-quiet': `color: ${colors.quiet} !important;`,
    '.m-link': `color: ${colors.accent} !important;`,
    '.m-button': `background-color: ${colors.accent} !important; border-color: ${colors.accent} !important; color: ${colors.onAccent} !important;`,
    '.m-second-button': `border-color: ${colors.accent} !important; color: ${colors.accent} !important;`,
  }).map(([selector, rule]) => `${selector} { ${rule} }`);

export const styleSheetOf = (color: MailColor | null): string => {
  const dark = rulesOf({ ...DARK, ...color?.dark });
  // Outlook's dark mode sets this attribute and ignores the media query.
  const outlookDark = dark.map((rule) => `[data-ogsc] ${rule}`);
  return `
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) { ${dark.join(' ')} }
${outlookDark.join(' ')}
@media (max-width: 480px) {
  .m-inner { padding: 24px 20px !important; }
  .m-button, .m-second-button { display: block !important; text-align: center !important; }
}
`;
};
