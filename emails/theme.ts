// Elements carry the light colours, because some clients ignore the style sheet. The style sheet sets the dark colours.
export const FONT =
  '-apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
export const MONOSPACE = 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace';

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

const RULES: Record<string, string> = {
  '.m-page': `background-color: ${DARK.page} !important;`,
  // React Email also writes the page's colour into a table cell.
  '.m-page > table > tbody > tr > td': `background-color: ${DARK.page} !important;`,
  '.m-card': `background-color: ${DARK.card} !important; border-color: ${DARK.edge} !important;`,
  '.m-raised': `background-color: ${DARK.raised} !important;`,
  '.m-edge': `border-color: ${DARK.edge} !important;`,
  '.m-text': `color: ${DARK.text} !important;`,
  '.m-quiet': `color: ${DARK.quiet} !important;`,
  '.m-link': `color: ${DARK.accent} !important;`,
  '.m-button': `background-color: ${DARK.accent} !important; border-color: ${DARK.accent} !important; color: ${DARK.onAccent} !important;`,
  '.m-second-button': `border-color: ${DARK.accent} !important; color: ${DARK.accent} !important;`,
};

const dark = Object.entries(RULES).map(([selector, rule]) => `${selector} { ${rule} }`);
// Outlook's dark mode sets this attribute and ignores the media query.
const outlookDark = dark.map((rule) => `[data-ogsc] ${rule}`);

export const STYLE_SHEET = `
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) { ${dark.join(' ')} }
${outlookDark.join(' ')}
@media (max-width: 480px) {
  .m-inner { padding: 24px 20px !important; }
  .m-button, .m-second-button { display: block !important; text-align: center !important; }
}
`;
