// A channel or direct message: its messages, and the composer.
import { type ReactNode, type RefObject, useEffect, useRef } from 'react';
import type { SharedFile } from '../../shapes.ts';
import { elementActions, fileAddress, type PageState, post, type ShownMessage } from './api.ts';
import { Blocks, useValues } from './blocks.tsx';
import { Composer } from './composer.tsx';
import { Shortcuts } from './menu.tsx';
import { Mrkdwn } from './mrkdwn.tsx';

/** A person who is this near to the end is reading the newest messages. */
const AT_END_PX = 80;

type Channel = PageState['channels'][number];

export function Conversation({
  state,
  channel,
  ...drafting
}: {
  state: PageState;
  channel: Channel;
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
  const name = isDirect ? state.app.name : `#${channel.name}`;
  return (
    <section className="conversation" aria-label={name}>
      <header className="bar">
        <h1>{name}</h1>
        {!channel.isAppIn && <span className="note">the app is not in this channel</span>}
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard */}
      <ol className="messages" aria-label={`Messages in ${name}`} ref={list} tabIndex={0}>
        {messages.length === 0 && <Empty command={state.app.command} channel={channel} />}
        {messages.map((message) => (
          <Message key={message.ts} state={state} message={message} />
        ))}
      </ol>
      <Composer key={channel.id} state={state} channel={channel.id} name={name} {...drafting} />
    </section>
  );
}

/** Scrolls to the end for a new message, and for a changed one only while the person reads there. */
function useEnd(channel: string, messages: ShownMessage[]): RefObject<HTMLOListElement | null> {
  const list = useRef<HTMLOListElement>(null);
  const wasAt = useRef({ channel: '', newest: '', isAtEnd: true });
  const newest = messages.at(-1)?.ts ?? '';
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

function Empty({ command, channel }: { command: string; channel: Channel }): ReactNode {
  const isForCards = channel.kind === 'private' && channel.isAppIn;
  return (
    <li className="empty">
      {isForCards
        ? 'Nothing here yet. Cards appear here for pending accounts, and for requests that need a second operator. '
        : 'Nothing here yet. '}
      Type <code>{command}</code> below and press Enter.
    </li>
  );
}

function Message({ state, message }: { state: PageState; message: ShownMessage }): ReactNode {
  const { me } = state;
  const author = state.people.find((one) => one.id === message.user);
  const name = author?.realName ?? message.user;
  const [values, setValues] = useValues(message.ts, message.blocks);
  const place = { channel: message.channel, ts: message.ts };
  return (
    <li className={`message ${message.isOnlyForMe ? 'ephemeral' : ''}`}>
      <Avatar name={name} />
      <article aria-label={`${name}: ${message.text.slice(0, 80)}`}>
        <header>
          <strong>{name}</strong>
          {author?.isBot === true && <span className="badge">APP</span>}
          <time className="note">{timeOf(message.ts)}</time>
          {message.isEdited && <span className="note">(edited)</span>}
        </header>
        {message.isOnlyForMe && <p className="note">Only visible to you</p>}
        {message.blocks.length === 0 ? (
          <Mrkdwn text={message.text} />
        ) : (
          <Blocks
            blocks={message.blocks}
            values={values}
            setValues={setValues}
            actions={elementActions(me, place)}
          />
        )}
        {message.files.map((file) =>
          file.isDeleted ? (
            <p key={file.id} className="note">
              This file was deleted.
            </p>
          ) : file.mimetype === 'image/png' ? (
            <FileImage key={file.id} me={me} file={file} />
          ) : (
            <FileLink key={file.id} me={me} file={file} />
          ),
        )}
      </article>
      {!message.isOnlyForMe && (
        <div className="message-tools">
          <Shortcuts
            state={state}
            type="message"
            label={`More actions for the message of ${name}`}
            face="⋮"
            place={place}
          />
        </div>
      )}
    </li>
  );
}

const timeOf = (ts: string): string =>
  new Date(Number(ts) * 1000).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });

/** As Slack shows an uploaded image: under the message, with its name. */
function FileImage({ me, file: { id, name, altText } }: { me: string; file: SharedFile }): ReactNode {
  return (
    <figure className="image">
      <figcaption className="note">{name}</figcaption>
      <img src={fileAddress(me, id)} alt={altText || name} />
    </figure>
  );
}

function FileLink({ me, file: { id, name, size } }: { me: string; file: SharedFile }): ReactNode {
  const kilobytes = (size / 1_000).toLocaleString('en-US', { maximumFractionDigits: 1 });
  return (
    <a className="file" href={fileAddress(me, id)} download={name}>
      <b>{name}</b> <small>{size < 1_000 ? `${size} bytes` : `${kilobytes} kB`}</small>
    </a>
  );
}

function Avatar({ name }: { name: string }): ReactNode {
  const initials = name.split(/[\s-]+/).map((word) => word[0]?.toUpperCase() ?? '');
  const hue = [...name].reduce((sum, letter) => sum + letter.charCodeAt(0) * 7, 0) % 360;
  return (
    <span className="avatar" style={{ background: `hsl(${hue} 45% 42%)` }} aria-hidden="true">
      {initials.join('').slice(0, 2)}
    </span>
  );
}
