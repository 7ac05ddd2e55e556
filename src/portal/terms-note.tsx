import type { ReactNode } from 'react';
import type { Policy } from '../operations/frame/context.ts';
import { Words } from './say.tsx';

/** Where a developer begins: which terms there are. Nothing without the settings. */
export function TermsNote({ brand: { termsUrl, privacyUrl } }: { brand: Policy['brand'] }) {
  const linkTo = (url: string) => (words: ReactNode) => (
    <a href={url} rel="noopener">
      {words}
    </a>
  );
  if (!termsUrl && !privacyUrl) return null;
  return (
    <p className="hint after">
      {termsUrl ? (
        <Words text="You use this portal under our <link>terms of use</link>." link={linkTo(termsUrl)} />
      ) : null}{' '}
      {privacyUrl ? (
        <Words
          text="Our <link>privacy policy</link> says how we handle your data."
          link={linkTo(privacyUrl)}
        />
      ) : null}
    </p>
  );
}
