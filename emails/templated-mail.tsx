import { Body, Container, Head, Html, Link, Preview, Section, Text } from 'react-email';
import type { Block } from './block.ts';
import { AccentOfMail, Blocks } from './blocks.tsx';
import { FONT, LIGHT, type MailColor, styleSheetOf } from './theme.ts';

export type TemplatedMailProps = {
  language: { tag: string; direction: 'ltr' | 'rtl' };
  subject: string;
  preview: string;
  organizationName: string;
  color: MailColor | null;
  blocks: Block[];
  /** The blocks may be in another language than the rest. */
  isInOtherWords: boolean;
  footer: string[];
  unsubscribe: { words: string; href: string } | null;
};

/** The frame of every mail: the organisation's name, the template's blocks, and the footer. */
export function TemplatedMail({
  language,
  subject,
  preview,
  organizationName,
  color,
  blocks,
  isInOtherWords,
  footer,
  unsubscribe,
}: TemplatedMailProps) {
  return (
    <Html lang={language.tag} dir={language.direction}>
      <Head>
        <title>{subject}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <meta name="format-detection" content="telephone=no, date=no, address=no" />
        <style>{styleSheetOf(color)}</style>
      </Head>
      <Preview useTitleTag={false}>{preview}</Preview>
      <Body
        className="m-page"
        style={{ margin: 0, padding: '24px 12px', backgroundColor: LIGHT.page, fontFamily: FONT }}
      >
        <Container style={{ maxWidth: '560px', wordBreak: 'break-word' }}>
          <Text
            className="m-text"
            style={{ margin: '0 4px 12px', fontSize: '15px', fontWeight: 600, color: LIGHT.text }}
          >
            {organizationName}
          </Text>
          <Section className="m-card" style={cardStyle}>
            <tr>
              <td className="m-inner" style={{ padding: '32px 36px' }}>
                <AccentOfMail.Provider value={color?.light ?? LIGHT}>
                  {isInOtherWords ? (
                    <div lang="" dir="auto">
                      <Blocks blocks={blocks} />
                    </div>
                  ) : (
                    <Blocks blocks={blocks} />
                  )}
                </AccentOfMail.Provider>
              </td>
            </tr>
          </Section>
          <Footer lines={footer} unsubscribe={unsubscribe} />
        </Container>
      </Body>
    </Html>
  );
}

const cardStyle = {
  backgroundColor: LIGHT.card,
  border: `1px solid ${LIGHT.edge}`,
  borderRadius: '12px',
};

const footerStyle = { margin: '0 0 6px', fontSize: '13px', lineHeight: '20px', color: LIGHT.quiet };

function Footer({ lines, unsubscribe }: { lines: string[]; unsubscribe: TemplatedMailProps['unsubscribe'] }) {
  return (
    <Section style={{ padding: '20px 4px 0' }}>
      {lines.map((line) => (
        <Text key={line} className="m-quiet" style={footerStyle}>
          {line}
        </Text>
      ))}
      {unsubscribe ? (
        <Text className="m-quiet" style={footerStyle}>
          <Link
            href={unsubscribe.href}
            rel="noopener noreferrer"
            className="m-quiet"
            style={{ color: LIGHT.quiet, textDecorationLine: 'underline' }}
          >
            {unsubscribe.words}
          </Link>
        </Text>
      ) : null}
    </Section>
  );
}
