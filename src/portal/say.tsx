// The language of a request. Everything else is an argument; this is known wherever a page is made, because every text needs
// it and nothing depends on it.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { MiddlewareHandler } from 'hono';
import { Fragment, type ReactNode } from 'react';
import { type Languages, languageOf, preferredLanguage, type Text } from '../languages/languages.ts';
import { type Said, type Say, sayIn, sayInEnglish, type Values } from '../languages/say.ts';
import type { WebEnv } from '../web/request-facts.ts';

const request = new AsyncLocalStorage<{ say: Say; languages: Languages }>();

/** `chosen` reads what the browser was told before; without it, the browser's own wish decides, then `fallback`. */
export function speak(
  languages: Languages,
  fallback: string,
  chosen: (c: Parameters<MiddlewareHandler<WebEnv>>[0]) => string | undefined,
): MiddlewareHandler<WebEnv> {
  return (c, next) => {
    const language =
      languageOf(chosen(c), languages) ??
      preferredLanguage(c.req.header('accept-language'), languages) ??
      languageOf(fallback, languages);
    return request.run({ say: language ? sayIn(language) : sayInEnglish, languages }, next);
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
