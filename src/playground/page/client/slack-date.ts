// `<!date^1700000000^{date_short} at {time}^https://link|fallback>` in the reader's own language and time zone.

const DAY_MS = 86_400_000;

function day(at: Date, options: Intl.DateTimeFormatOptions, isPretty: boolean): string {
  if (isPretty) {
    const midnight = new Date().setHours(0, 0, 0, 0);
    const days = Math.floor((at.getTime() - midnight) / DAY_MS);
    if (days === 0) return 'today';
    if (days === -1) return 'yesterday';
    if (days === 1) return 'tomorrow';
  }
  return at.toLocaleDateString(undefined, options);
}

const LONG: Intl.DateTimeFormatOptions = { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' };
const MEDIUM: Intl.DateTimeFormatOptions = { year: 'numeric', month: 'long', day: 'numeric' };
const SHORT: Intl.DateTimeFormatOptions = { year: 'numeric', month: 'short', day: 'numeric' };

const TOKENS: Record<string, (at: Date) => string> = {
  date_num: (at) => at.toISOString().slice(0, 10),
  date: (at) => day(at, MEDIUM, false),
  date_pretty: (at) => day(at, MEDIUM, true),
  date_short: (at) => day(at, SHORT, false),
  date_short_pretty: (at) => day(at, SHORT, true),
  date_long: (at) => day(at, LONG, false),
  date_long_pretty: (at) => day(at, LONG, true),
  time: (at) => at.toLocaleTimeString(undefined, { hour: 'numeric', minute: '2-digit' }),
  time_secs: (at) => at.toLocaleTimeString(),
  ago: (at) => ago(at),
};

function ago(at: Date): string {
  const minutes = Math.round((at.getTime() - Date.now()) / 60_000);
  const format = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });
  if (Math.abs(minutes) < 60) return format.format(minutes, 'minute');
  if (Math.abs(minutes) < 60 * 24) return format.format(Math.round(minutes / 60), 'hour');
  return format.format(Math.round(minutes / 60 / 24), 'day');
}

export function formatDate(target: string, fallback: string): string {
  const [, seconds, format] = target.split('^');
  const at = new Date(Number(seconds) * 1000);
  if (format === undefined || Number.isNaN(at.getTime())) return fallback;
  return format.replace(/\{(\w+)\}/g, (whole, token: string) => TOKENS[token]?.(at) ?? whole);
}

/** The time beside a message. */
export const formatTs = (ts: string): string =>
  new Date(Number(ts) * 1000).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
