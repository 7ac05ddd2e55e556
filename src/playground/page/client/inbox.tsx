// Mail that the app sent: as the developer sees it, as text, and its headers and state.
import { type ReactNode, useState } from 'react';
import type { Mail } from '../../mail/inbox.ts';

const STATES: Record<Mail['state'], string> = {
  sent: 'sent',
  delivered: 'delivered',
  bounced: 'bounced',
  complained: 'marked as spam',
};
const PARTS = ['Mail', 'Text', 'Headers'] as const;

export function InboxPane({ mails }: { mails: Mail[] }): ReactNode {
  const [openId, setOpenId] = useState<string | null>(null);
  const mail = mails.find((one) => one.id === openId);
  if (mail !== undefined) return <OneMail mail={mail} onBack={() => setOpenId(null)} />;
  if (mails.length === 0) return <p className="empty">No mail yet. Invite a developer.</p>;
  return (
    <ul className="rows" aria-label="Mails">
      {mails.map(({ id, subject, to, at, state }) => (
        <li key={id}>
          <button type="button" onClick={() => setOpenId(id)}>
            <strong>{subject}</strong>
            <span>to {to.join(', ')}</span>
            <small>
              {whenWords(at)} · {STATES[state]}
            </small>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** The time, and the day unless it is today. */
function whenWords(at: string): string {
  const then = new Date(at);
  const isToday = then.toDateString() === new Date().toDateString();
  return isToday ? then.toLocaleTimeString() : then.toLocaleString();
}

function OneMail({ mail, onBack }: { mail: Mail; onBack: () => void }): ReactNode {
  const [part, setPart] = useState<(typeof PARTS)[number]>(mail.html === '' ? 'Text' : 'Mail');
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
        {PARTS.map((name) => (
          <button
            type="button"
            role="tab"
            key={name}
            aria-selected={part === name}
            onClick={() => setPart(name)}
          >
            {name}
          </button>
        ))}
      </div>
      {part === 'Mail' && (
        <iframe
          title={`Mail: ${mail.subject}`}
          sandbox="allow-popups allow-popups-to-escape-sandbox"
          srcDoc={`<base target="_blank">${mail.html}`}
        />
      )}
      {part === 'Text' && <pre>{linked(mail.text)}</pre>}
      {part === 'Headers' && <MailHeaders mail={mail} />}
    </article>
  );
}

function MailHeaders({ mail }: { mail: Mail }): ReactNode {
  const rows = Object.entries({
    From: mail.from,
    To: mail.to.join(', '),
    'Reply-To': mail.replyTo.join(', '),
    Subject: mail.subject,
    Date: new Date(mail.at).toString(),
    'Idempotency-Key': mail.idempotencyKey,
    ...mail.headers,
    State: STATES[mail.state],
  }).filter(([, value]) => value !== '');
  return (
    <dl>
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const linked = (text: string): ReactNode[] =>
  text.split(/(https?:\/\/[^\s<>"]+)/).map((piece, i) =>
    i % 2 === 1 ? (
      <a key={i} href={piece} target="_blank" rel="noreferrer">
        {piece}
      </a>
    ) : (
      piece
    ),
  );
