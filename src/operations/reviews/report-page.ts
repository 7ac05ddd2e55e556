// A review as one HTML file, to print and to hand to an auditor: it opens from a disk, loads nothing and runs nothing.
import { removeInvisible } from '../../domain/invisible-characters.ts';
import type { ReviewReport } from './report.ts';
import {
  answerText,
  endText,
  letInText,
  momentText,
  nameOfRow,
  scopeText,
  subscriptionsText,
} from './report-words.ts';
import type { ReviewView } from './review.ts';
import type { ReviewRowView } from './rows.ts';

const STYLE = `
  @page { size: A4 landscape; margin: 14mm 12mm 16mm;
    @bottom-left { content: "Access review ID"; font: 8pt system-ui, sans-serif; color: #555; }
    @bottom-right { content: "Page " counter(page) " of " counter(pages); font: 8pt system-ui, sans-serif; color: #555; } }
  :root { color-scheme: light; }
  body { margin: 2rem auto; max-width: 68rem; padding: 0 1rem; font: 10pt/1.4 system-ui, sans-serif; color: #1c2128; background: #fff; }
  h1 { font-size: 18pt; margin: 0; } h2 { font-size: 12pt; margin: 1.6em 0 .5em; break-after: avoid; }
  .of { margin: .2em 0 1.2em; font-size: 12pt; color: #444; }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: .25em 1.2em; margin: 0; }
  dt { color: #555; } dd { margin: 0; overflow-wrap: anywhere; white-space: pre-line; }
  table { width: 100%; border-collapse: collapse; font-size: 8.5pt; line-height: 1.35; table-layout: fixed; }
  thead { display: table-header-group; } tr { break-inside: avoid; }
  th { text-align: left; border-bottom: 1.5pt solid #1c2128; padding: .4em .5em; }
  td { vertical-align: top; border-bottom: .5pt solid #c5cad1; padding: .45em .5em; overflow-wrap: anywhere; white-space: pre-line; }
  .sums td { border: 0; font-size: 10pt; padding: .1em .5em .1em 0; } .sums { width: auto; table-layout: auto; }
  .sums td:first-child { text-align: right; white-space: nowrap; vertical-align: top; font-variant-numeric: tabular-nums; font-weight: 600; }
  .small { color: #555; font-size: 8pt; } code { font: 8.5pt ui-monospace, monospace; overflow-wrap: anywhere; }
  @media print { body { margin: 0; max-width: none; padding: 0; } .wide { overflow: visible; } }
  @media screen { .wide { overflow-x: auto; } .wide table { min-width: 56rem; } }
`;

export function reportPage(report: ReviewReport): string {
  const { review, rows, organization } = report;
  const title = `Access review: ${scopeText(review)}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${safe(title)}</title>
<style>${STYLE.replace('ID', review.id)}</style>
</head>
<body>
<h1>Access review</h1>
<p class="of">${safe(organization)} · ${safe(scopeText(review))}</p>
${factsOf(report)}
<h2>Result</h2>
${sumsOf(review)}
<h2>Accounts</h2>
<div class="wide" role="region" aria-label="Accounts" tabindex="0"><table>
<colgroup><col style="width:4%"><col style="width:22%"><col style="width:20%"><col style="width:24%"><col style="width:30%"></colgroup>
<thead><tr><th scope="col">No.</th><th scope="col">Account</th><th scope="col">Access</th><th scope="col">Known at that moment</th><th scope="col">Answer</th></tr></thead>
<tbody>
${rows.map(rowOf).join('\n')}
</tbody>
</table></div>
<h2>Proof</h2>
${proofOf(report)}
</body>
</html>
`;
}

/** Not a mark that turns the direction of what follows, and nothing that can't be seen. */
const safe = (text: string): string =>
  removeInvisible(text, { keepJoiners: true }).text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);

function factsOf({ review, service, madeAt, madeBy }: ReviewReport): string {
  const people = review.people.map(({ name, lostAt }) =>
    lostAt ? `${name} (until ${momentText(lostAt)})` : name,
  );
  const facts: [string, string][] = [
    ['Review', review.id],
    ['Service', service],
    ['Started', `${momentText(review.createdAt)} by ${review.startedByName}`],
    ['Reviewers', people.join(', ')],
    ...(review.adminsSince
      ? [['Admins answered too', `from ${momentText(review.adminsSince)}`] as [string, string]]
      : []),
    ['At the end', endText(review)],
    ...(review.note ? [['Note to the reviewers', review.note] as [string, string]] : []),
    ['Ended', endedText(review)],
    ['This report', `${momentText(madeAt)}, made for ${madeBy}`],
  ];
  return `<dl>${facts.map(([name, value]) => `<dt>${name}</dt><dd dir="auto">${safe(value)}</dd>`).join('\n')}</dl>`;
}

function endedText({ state, endedAt, endsAt, endedBy, stopReason }: ReviewView): string {
  if (!endedAt) return `not yet; it ends ${momentText(endsAt)}. This is how far it is`;
  if (state === 'stopped') return `stopped ${momentText(endedAt)} by ${endedBy}: ${stopReason}`;
  return `${momentText(endedAt)}${endedBy ? ` by ${endedBy}` : ', at its end'}`;
}

function sumsOf({ total, progress }: ReviewView): string {
  const { kept, blocked, requested, gone, waiting } = progress;
  const sums: [number, string][] = [
    [total, total === 1 ? 'account' : 'accounts'],
    [kept, 'kept'],
    [blocked, 'blocked'],
    [requested, 'with a request to block'],
    [gone, 'without need of an answer: blocked or deleted meanwhile'],
    [waiting, 'without an answer'],
  ];
  return `<table class="sums"><tbody>${sums
    .filter(([count], at) => count > 0 || at === 0)
    .map(([count, words]) => `<tr><td>${count.toLocaleString('en')}</td><td>${words}</td></tr>`)
    .join('')}</tbody></table>`;
}

function rowOf(row: ReviewRowView): string {
  const { place, accountId, evidence, evidenceAt, reason, answer, answeredAt, answeredByName } = row;
  const account = [nameOfRow(row), ...(evidence?.name ? [evidence.email] : [])];
  const access = evidence
    ? [
        `${subscriptionsText(evidence)}`,
        ...(evidence.groups.length ? [`Groups: ${evidence.groups.join(', ')}`] : []),
      ]
    : ['erased'];
  const known = evidence
    ? [
        `Last sign-in: ${evidence.lastSignInOn ?? 'never'}`,
        `Last call: ${evidence.lastCallOn ?? 'never'}`,
        `Calls: ${evidence.calls30.toLocaleString('en')} in 30 days, ${evidence.calls90.toLocaleString('en')} in 90`,
        letInText(evidence),
      ]
    : ['erased'];
  const by = answer && answeredAt ? [`${answeredByName}, ${momentText(answeredAt)}`] : [];
  const answered = [...(reason ? [`“${reason}”`] : []), ...by];
  return `<tr><td>${place}</td>
<td dir="auto"><strong>${safe(account[0] ?? '')}</strong>${cells(account.slice(1))}<br><code class="small">${safe(accountId)}</code></td>
<td dir="auto">${safe(access.join('\n'))}</td>
<td dir="auto">${safe(known.join('\n'))}<br><span class="small">as of ${momentText(evidenceAt)}</span></td>
<td dir="auto"><strong>${safe(answerText(row))}</strong>${cells(answered)}</td></tr>`;
}

const cells = (lines: readonly string[]): string => lines.map((line) => `<br>${safe(line)}`).join('');

/** An auditor can check that nothing was changed since. */
function proofOf({ review, link }: ReviewReport): string {
  if (!link)
    return review.endedAt
      ? '<p>The end of this review isn’t in the audit’s chain yet. It is within a minute: make the report again then.</p>'
      : '<p>The review hasn’t ended. The report made after its end names its place in the audit’s chain.</p>';
  return `<p>Every answer and the end of this review are rows of the audit, which is a chain of hashes. The end is number
${link.number}. This command follows the chain on the server, and fails if a row was changed, removed or added since:</p>
<p><code>npm run -s audit -- verify --head ${link.number}:${link.hash}</code></p>`;
}
