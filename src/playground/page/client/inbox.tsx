// Mail that the app sent: as the developer sees it, as text, and what became of it.
import { type ReactNode, useState } from 'react';
import type { Mail } from '../../mail/inbox.ts';

const STATES: Record<Mail['state'], string> = {
  sent: 'sent',
  delivered: 'delivered',
  bounced: 'bounced',
  complained: 'marked as spam',
};

export function InboxPane({ mails }: { mails: Mail[] }): ReactNode {
  const [openId, setOpenId] = useState<string | null>(null);
  const mail = mails.find((one) => one.id === openId);
  if (mail !== undefined) return <OneMail mail={mail} onBack={() => setOpenId(null)} />;
  if (mails.length === 0) return <p className="empty">No mail yet. Invite somebody.</p>;
  return (
    <ul className="rows" aria-label="Mails">
      {mails.map((one) => (
        <li key={one.id}>
          <button type="button" onClick={() => setOpenId(one.id)}>
            <strong>{one.subject}</strong>
            <span>to {one.to.join(', ')}</span>
            <small>
              {whenWords(one.at)} · {STATES[one.state]}
            </small>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** The time, and the day when that is another. */
function whenWords(at: string): string {
  const then = new Date(at);
  const isToday = then.toDateString() === new Date().toDateString();
  return isToday ? then.toLocaleTimeString() : then.toLocaleString();
}

type Part = 'html' | 'text' | 'headers';
const PARTS: [Part, string][] = [
  ['html', 'Mail'],
  ['text', 'Text'],
  ['headers', 'Headers'],
];

function OneMail({ mail, onBack }: { mail: Mail; onBack: () => void }): ReactNode {
  const [part, setPart] = useState<Part>(mail.html === '' ? 'text' : 'html');
  return (
    <article className="mail" aria-label={mail.subject}>
      <button type="button" className="button" onClick={onBack}>
        ← All mail
      </button>
      <h3>{mail.subject}</h3>
      <p className="note">
        {mail.from} → {mail.to.join(', ')} · {STATES[mail.state]}
      </p>
      <div role="tablist" aria-label="Parts of the mail" className="tabs">
        {PARTS.map(([key, words]) => (
          <button
            type="button"
            role="tab"
            key={key}
            aria-selected={part === key}
            onClick={() => setPart(key)}
          >
            {words}
          </button>
        ))}
      </div>
      {part === 'html' && (
        <iframe
          title={`Mail: ${mail.subject}`}
          sandbox="allow-popups allow-popups-to-escape-sandbox"
          srcDoc={`<base target="_blank">${mail.html}`}
        />
      )}
      {part === 'text' && <pre className="mail-text">{linked(mail.text)}</pre>}
      {part === 'headers' && <MailHeaders mail={mail} />}
    </article>
  );
}

function MailHeaders({ mail }: { mail: Mail }): ReactNode {
  const rows: [string, string][] = [
    ['From', mail.from],
    ['To', mail.to.join(', ')],
    ['Reply-To', mail.replyTo.join(', ')],
    ['Subject', mail.subject],
    ['Date', new Date(mail.at).toString()],
    ['Idempotency-Key', mail.idempotencyKey],
    ...Object.entries(mail.headers),
    ['State', STATES[mail.state]],
  ];
  return (
    <dl className="mail-headers">
      {rows
        .filter(([, value]) => value !== '')
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

function linked(text: string): ReactNode[] {
  return text.split(/(https?:\/\/[^\s<>"]+)/).map((piece, i) =>
    i % 2 === 1 ? (
      <a key={i} href={piece} target="_blank" rel="noreferrer">
        {piece}
      </a>
    ) : (
      piece
    ),
  );
}
