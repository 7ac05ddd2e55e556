// A channel or direct message: what was said, and the composer.
import { type ReactNode, type RefObject, useEffect, useRef } from 'react';
import { fileAddress, handsOf, type PageState, post, type ShownMessage } from './api.ts';
import { Blocks, useValues } from './blocks.tsx';
import { Composer } from './composer.tsx';
import { Menu } from './menu.tsx';
import { Mrkdwn } from './mrkdwn.tsx';
import { formatTs } from './slack-date.ts';

/** Near enough to the end to be reading what comes. */
const AT_END_PX = 80;

/** Goes to the end for what is new, and for what changed while somebody was reading there; never away from what is read. */
function useEnd(channel: string, messages: ShownMessage[]): RefObject<HTMLOListElement | null> {
  const list = useRef<HTMLOListElement>(null);
  const wasAt = useRef({ channel: '', newest: '', isAtEnd: true });
  const newest =
    messages
      .map(({ ts }) => ts)
      .sort()
      .at(-1) ?? '';
  const changed = Math.max(0, ...messages.map((message) => message.changed));
  // biome-ignore lint/correctness/useExhaustiveDependencies: a repainted message moves what is below it
  useEffect(() => {
    const element = list.current;
    const before = wasAt.current;
    if (element === null) return;
    if (before.channel !== channel || before.newest !== newest || before.isAtEnd)
      element.scrollTop = element.scrollHeight;
    wasAt.current = { channel, newest, isAtEnd: true };
    const onScroll = (): void => {
      const left = element.scrollHeight - element.scrollTop - element.clientHeight;
      wasAt.current.isAtEnd = left < AT_END_PX;
    };
    onScroll();
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => element.removeEventListener('scroll', onScroll);
  }, [channel, newest, changed]);
  return list;
}

export function Conversation({
  state,
  channel,
  ...drafting
}: {
  state: PageState;
  channel: PageState['channels'][number];
  draft: string;
  onDrafted: () => void;
}): ReactNode {
  const messages = state.messages.filter((message) => message.channel === channel.id);
  const list = useEnd(channel.id, messages);
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
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard */}
      <ol className="messages" aria-label={`Messages in ${name}`} ref={list} tabIndex={0}>
        {messages.length === 0 && <Empty state={state} channel={channel} />}
        {messages.map((message) => (
          <Message key={message.ts} state={state} message={message} />
        ))}
      </ol>
      <Composer key={channel.id} state={state} channel={channel.id} name={name} {...drafting} />
    </section>
  );
}

function Empty({ state, channel }: { state: PageState; channel: PageState['channels'][number] }): ReactNode {
  const isForCards = channel.kind === 'private' && channel.isAppIn;
  return (
    <li className="empty">
      {isForCards
        ? 'Nothing waits here yet. Cards of accounts that wait and of what needs a second operator come here. '
        : 'Nothing here yet. '}
      Type <code>{state.app.command}</code> below and press Enter.
    </li>
  );
}

function Message({ state, message }: { state: PageState; message: ShownMessage }): ReactNode {
  const author = state.people.find((one) => one.id === message.user);
  const name = author?.realName ?? message.user;
  const [values, setValues] = useValues(message.ts, message.blocks);
  const shortcuts = state.features.shortcuts.filter((one) => one.type === 'message');
  const place = { channel: message.channel, ts: message.ts };
  return (
    <li className={`message ${message.isOnlyForMe ? 'ephemeral' : ''}`}>
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
        {message.files.map((file) => (
          <a key={file.id} className="file" href={fileAddress(state.me, file.id)} download={file.name}>
            <b>{file.name}</b> <small>{sizeWords(file.size)}</small>
          </a>
        ))}
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

const sizeWords = (bytes: number): string =>
  bytes < 1_000
    ? `${bytes} bytes`
    : `${(bytes / 1_000).toLocaleString('en-US', { maximumFractionDigits: 1 })} kB`;

function Avatar({ name, isApp }: { name: string; isApp: boolean }): ReactNode {
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
