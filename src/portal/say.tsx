// The language of a request. Everything else is an argument; this is known wherever a page is made, because every text needs
// it and nothing depends on it.
import { AsyncLocalStorage } from 'node:async_hooks';
import { Fragment, type ReactNode } from 'react';
import { type Languages, languageOf, preferredLanguage, type Text } from '../languages/languages.ts';
import { type Said, type Say, sayIn, sayInEnglish, type Values } from '../languages/say.ts';
import type { RequestFacts, WebContext } from '../web/request-facts.ts';

type Speech = { say: Say; languages: Languages };

const request = new AsyncLocalStorage<Speech>();

/** Does the work of a request in its language. */
export type Speaker = <Result>(c: WebContext, work: () => Result) => Result;

/** `chosen` reads what the browser was told before; without it, the browser's own wish decides, then `fallback`. */
export function createSpeaker(options: {
  languages: Languages;
  fallback: string;
  chosen: (c: WebContext) => string | undefined;
}): Speaker {
  const { languages, fallback, chosen } = options;
  // A request may fail after its developer is known, and its page is made outside of its work.
  const begun = new WeakMap<RequestFacts, Speech>();
  return (c, work) => {
    const { facts } = c.env;
    const language =
      languageOf(chosen(c), languages) ??
      preferredLanguage(c.req.header('accept-language'), languages) ??
      languageOf(fallback, languages);
    const speech = begun.get(facts) ?? { say: language ? sayIn(language) : sayInEnglish, languages };
    begun.set(facts, speech);
    return request.run(speech, work);
  };
}

/** From here on the request is answered in the language that its developer chose. */
export function speakAs(tag: string | null): void {
  const store = request.getStore();
  const language = store && languageOf(tag, store.languages);
  if (language) store.say = sayIn(language);
}

/** How the request is answered. English outside of a request. */
export const speech = (): Say => request.getStore()?.say ?? sayInEnglish;

export const say = (said: Said, values?: Values): string => speech()(said, values);

type Tag = (content: ReactNode) => ReactNode;

/** Tags that every text may have. */
const TAGS: Record<string, Tag> = {
  b: (content) => <strong>{content}</strong>,
  code: (content) => <code>{content}</code>,
  em: (content) => <em>{content}</em>,
};

/** A text with parts in it that are more than text: `values` are shown as they are, and a function makes its tag's content. */
export function Words({ text, ...values }: { text: Text } & Record<string, ReactNode | Tag>): ReactNode {
  const tags = { ...TAGS, ...values };
  const whole = Object.fromEntries(
    Object.entries(tags).map(([name, value]) => [
      name,
      typeof value === 'function' ? (parts: ReactNode[]) => value(inline(parts)) : value,
    ]),
  );
  return inline(speech().parts<ReactNode>(text, whole as never));
}

const inline = (parts: readonly ReactNode[]): ReactNode =>
  parts.map((part, index) => <Fragment key={index}>{part}</Fragment>);
