// A channel or direct message: what was said, and the composer.
import { type ReactNode, useEffect, useRef } from 'react';
import { handsOf, type PageState, post, type ShownMessage } from './api.ts';
import { Blocks, useValues } from './blocks.tsx';
import { Composer } from './composer.tsx';
import { Menu } from './menu.tsx';
import { Mrkdwn } from './mrkdwn.tsx';
import { formatTs } from './slack-date.ts';

export function Conversation({
  state,
  channel,
}: {
  state: PageState;
  channel: PageState['channels'][number];
}): ReactNode {
  const messages = inThreads(state.messages.filter((message) => message.channel === channel.id));
  const end = useRef<HTMLLIElement>(null);
  const newest = Math.max(0, ...messages.map((message) => message.changed));
  // biome-ignore lint/correctness/useExhaustiveDependencies: it scrolls when something new came or another channel is shown
  useEffect(() => {
    end.current?.scrollIntoView({ block: 'end' });
  }, [newest, channel.id]);
  const isDirect = channel.kind === 'im';
  const { me } = state;
  useEffect(() => {
    if (isDirect) void post('home', { as: me, tab: 'messages' });
  }, [isDirect, me]);
  const name = channel.kind === 'im' ? state.app.name : `#${channel.name}`;
  return (
    <section className="conversation" aria-label={name}>
      <header className="bar">
        <h1>{name}</h1>
        {!channel.isAppIn && <span className="note">the app is not in this channel</span>}
      </header>
      <ol className="messages" aria-label={`Messages in ${name}`}>
        {messages.length === 0 && (
          <li className="empty">
            Nothing here yet. Type <code>{state.app.command}</code> below and press Enter.
          </li>
        )}
        {messages.map((message) => (
          <Message key={message.ts} state={state} message={message} />
        ))}
        <li ref={end} className="end" aria-hidden="true" />
      </ol>
      <Composer key={channel.id} state={state} channel={channel.id} name={name} />
    </section>
  );
}

/** Replies stand right below what they reply to. */
function inThreads(messages: ShownMessage[]): ShownMessage[] {
  const roots = messages.filter(
    (one) => one.threadTs === null || !messages.some((m) => m.ts === one.threadTs),
  );
  return roots.flatMap((root) => [
    root,
    ...messages.filter((one) => one.threadTs === root.ts && one !== root),
  ]);
}

function Message({ state, message }: { state: PageState; message: ShownMessage }): ReactNode {
  const author = state.people.find((one) => one.id === message.user);
  const name = author?.realName ?? message.user;
  const [values, setValues] = useValues(message.ts, message.blocks);
  const shortcuts = state.features.shortcuts.filter((one) => one.type === 'message');
  const place = { channel: message.channel, ts: message.ts };
  return (
    <li
      className={`message ${message.isOnlyForMe ? 'ephemeral' : ''} ${message.threadTs !== null ? 'reply' : ''}`}
    >
      <Avatar name={name} isApp={author?.isBot === true} />
      <article aria-label={`${name}: ${message.text.slice(0, 80)}`}>
        <header>
          <strong>{name}</strong>
          {author?.isBot === true && <span className="badge">APP</span>}
          <time>{formatTs(message.ts)}</time>
          {message.isEdited && <span className="note">(edited)</span>}
        </header>
        {message.isOnlyForMe && <p className="only">Only visible to you</p>}
        {message.blocks.length === 0 ? (
          <Mrkdwn text={message.text} />
        ) : (
          <Blocks
            blocks={message.blocks}
            values={values}
            setValues={setValues}
            hands={handsOf(state.me, place)}
          />
        )}
      </article>
      {!message.isOnlyForMe && shortcuts.length > 0 && (
        <div className="message-tools">
          <Menu
            label={`More actions for the message of ${name}`}
            face="⋮"
            items={shortcuts.map((one) => ({
              key: one.callback_id,
              words: one.name,
              ...(one.description !== undefined && { hint: one.description }),
              onChoose: () => void post('shortcut', { as: state.me, callbackId: one.callback_id, ...place }),
            }))}
          />
        </div>
      )}
    </li>
  );
}

export function Avatar({ name, isApp }: { name: string; isApp: boolean }): ReactNode {
  const initials = name
    .split(/[\s-]+/)
    .map((word) => word[0]?.toUpperCase() ?? '')
    .join('')
    .slice(0, 2);
  const hue = [...name].reduce((sum, letter) => sum + letter.charCodeAt(0) * 7, 0) % 360;
  return (
    <span
      className={`avatar ${isApp ? 'app' : ''}`}
      style={{ background: `hsl(${hue} 45% 42%)` }}
      aria-hidden="true"
    >
      {initials}
    </span>
  );
}
