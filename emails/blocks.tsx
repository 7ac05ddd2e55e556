import { createContext, type ReactNode, useContext } from 'react';
import { Button, Heading, Hr, Link, Text } from 'react-email';
import type { Block, Inline } from './block.ts';
import { LIGHT, MONOSPACE } from './theme.ts';

const textStyle = { color: LIGHT.text, fontSize: '16px', lineHeight: '26px' };

/** Of buttons and links. */
export const AccentOfMail = createContext({ accent: LIGHT.accent, onAccent: LIGHT.onAccent });

export function Blocks({ blocks }: { blocks: readonly Block[] }) {
  const firstButton = blocks.findIndex((block) => block.kind === 'button');
  return blocks.map((block, index) => (
    <BlockView key={index} block={block} isFirst={index === 0} isFirstButton={index === firstButton} />
  ));
}

function BlockView({
  block,
  isFirst,
  isFirstButton,
}: {
  block: Block;
  isFirst: boolean;
  isFirstButton: boolean;
}) {
  const marginTop = isFirst ? 0 : '16px';
  switch (block.kind) {
    case 'paragraph':
      return (
        <Text className="m-text" style={{ ...textStyle, marginTop, marginBottom: 0 }}>
          <Inlines inlines={block.children} />
        </Text>
      );
    case 'heading':
      return (
        <Heading
          as="h2"
          className="m-text"
          style={{ ...textStyle, margin: `${isFirst ? 0 : '24px'} 0 0`, fontSize: '20px' }}
        >
          <Inlines inlines={block.children} />
        </Heading>
      );
    case 'button':
      return <ButtonView button={block} isFirst={isFirstButton} />;
    case 'note':
      return (
        <Text
          className="m-quiet"
          style={{ margin: '8px 0 0', fontSize: '14px', lineHeight: '22px', color: LIGHT.quiet }}
        >
          {block.words}
        </Text>
      );
    case 'list':
      return <List list={block} marginTop={marginTop} />;
    case 'quote':
      return (
        <div className="m-raised" style={{ ...quoteStyle, marginTop: isFirst ? 0 : '20px' }}>
          <Blocks blocks={block.blocks} />
        </div>
      );
    case 'code':
      return (
        <pre className="m-raised m-text" style={{ ...codeStyle, marginTop }}>
          {block.words}
        </pre>
      );
    case 'rule':
      return <Hr className="m-edge" style={{ margin: '24px 0', borderTop: `1px solid ${LIGHT.edge}` }} />;
  }
}

function ButtonView({ button, isFirst }: { button: Block & { kind: 'button' }; isFirst: boolean }) {
  const { accent, onAccent } = useContext(AccentOfMail);
  const look = isFirst
    ? { backgroundColor: accent, color: onAccent }
    : { backgroundColor: 'transparent', color: accent };
  return (
    <div style={{ marginTop: '24px', marginBottom: '8px' }}>
      <Button
        href={button.href}
        rel="noopener noreferrer"
        className={isFirst ? 'm-button' : 'm-second-button'}
        style={{ ...buttonStyle, ...look, border: `1px solid ${accent}` }}
      >
        <Inlines inlines={button.label} />
      </Button>
    </div>
  );
}

const buttonStyle = { borderRadius: '8px', fontSize: '16px', fontWeight: 600, padding: '13px 24px' };

const quoteStyle = {
  backgroundColor: LIGHT.raised,
  borderRadius: '8px',
  padding: '14px 18px',
};

const codeStyle = {
  ...textStyle,
  backgroundColor: LIGHT.raised,
  borderRadius: '8px',
  fontFamily: MONOSPACE,
  fontSize: '14px',
  lineHeight: '22px',
  marginBottom: 0,
  padding: '12px 16px',
  whiteSpace: 'pre-wrap' as const,
  wordBreak: 'break-word' as const,
};

function List({ list, marginTop }: { list: Block & { kind: 'list' }; marginTop: string | number }) {
  const Tag = list.isOrdered ? 'ol' : 'ul';
  return (
    <Tag
      className="m-text"
      style={{ ...textStyle, margin: 0, marginTop, paddingInlineStart: '24px' }}
      {...(list.isOrdered && list.start !== 1 ? { start: list.start } : {})}
    >
      {list.items.map((item, index) => (
        <li key={index} style={{ marginTop: index === 0 ? 0 : '6px' }}>
          <Blocks blocks={item} />
        </li>
      ))}
    </Tag>
  );
}

function Inlines({ inlines }: { inlines: readonly Inline[] }) {
  return inlines.map((inline, index) => <InlineView key={index} inline={inline} />);
}

function InlineView({ inline }: { inline: Inline }): ReactNode {
  const { accent } = useContext(AccentOfMail);
  switch (inline.kind) {
    case 'text':
      return inline.words;
    case 'break':
      return <br />;
    case 'code':
      return <code style={{ fontFamily: MONOSPACE, fontSize: '0.9em' }}>{inline.words}</code>;
    case 'link':
      return (
        <Link
          href={inline.href}
          rel="noopener noreferrer"
          className="m-link"
          style={{ color: accent, textDecorationLine: 'underline', wordBreak: 'break-word' }}
        >
          <Inlines inlines={inline.label} />
        </Link>
      );
    default: {
      const Tag = inline.kind;
      return (
        <Tag>
          <Inlines inlines={inline.children} />
        </Tag>
      );
    }
  }
}
