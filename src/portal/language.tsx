// Where visitors and developers choose the language of the portal.
import type { Hono } from 'hono';
import { type Languages, languageOf } from '../languages/languages.ts';
import { setLanguage } from '../operations/accounts/set-language.ts';
import { HttpRefusal } from '../web/refusal.ts';
import type { WebEnv } from '../web/request-facts.ts';
import { LANGUAGE_PATH } from './layout.tsx';
import { Link, Notice } from './page-parts.tsx';
import { say, speech } from './say.tsx';
import type { Me, Site } from './site.tsx';

const KEPT_SECONDS = 31_536_000;

export function registerLanguage(portal: Hono<WebEnv>, site: Site): void {
  portal.get(LANGUAGE_PATH, async (c) => {
    const me = await site.me(c, { beforeTerms: true });
    const isDone = c.req.query('done') !== undefined;
    return site.sessionPage(me, say('Language'), <Choice site={site} me={me} isDone={isDone} />);
  });

  portal.post(LANGUAGE_PATH, async (c) => {
    const form = await site.guard.sessionForm(c);
    const language = languageOf(form.get('language'), site.languages);
    if (!language) throw new HttpRefusal('bad_request');
    const me = await site.me(c, { beforeTerms: true });
    if (me) await setLanguage(me.context, { language: language.tag });
    // For a visitor, and for the page on which this developer signs in again.
    site.languageCookie.write(c, language.tag, KEPT_SECONDS);
    return c.redirect(`${LANGUAGE_PATH}?done`, 303);
  });
}

function Choice({ site, me, isDone }: { site: Site; me: Me | null; isDone: boolean }) {
  return (
    <>
      {isDone ? (
        <Notice>{say('Language saved. A link from a mail works as before: open it again.')}</Notice>
      ) : null}
      <p>
        {me
          ? say('Choose the language of this portal and of the mails we send you.')
          : say('Choose the language of this portal in this browser.')}
      </p>
      <LanguageButtons languages={site.languages} />
      <Link href="/portal">{say('Go to the portal')}</Link>
    </>
  );
}

/** Each is named in itself, so that people who can't read this page find theirs. */
function LanguageButtons({ languages }: { languages: Languages }) {
  const { tag: current } = speech().language;
  return (
    <form method="post" action={LANGUAGE_PATH} className="languages">
      {Object.values(languages).map(({ tag, name, direction }) => (
        <button
          key={tag}
          className="quiet"
          type="submit"
          name="language"
          value={tag}
          {...(tag === current ? { 'aria-current': 'true' } : {})}
        >
          <span lang={tag} dir={direction}>
            {name}
          </span>
          {tag === current ? <span className="mark">{say('Selected')}</span> : null}
        </button>
      ))}
    </form>
  );
}
