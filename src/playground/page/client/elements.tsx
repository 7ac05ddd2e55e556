// Block Kit's interactive elements.
import { type ReactNode, useContext, useId, useState } from 'react';
import { type Dict, dictsOf, isDict, textOf } from '../../shapes.ts';
import { optionsOf } from '../../workspace/blocks.ts';
import { isPlural, stateField } from '../../workspace/view-state.ts';
import { DirectoryContext } from './api.ts';
import { Combobox } from './combobox.tsx';
import { ConfirmDialog } from './dialog.tsx';
import { Menu } from './menu.tsx';
import { plain, Text } from './mrkdwn.tsx';

type ElementProps = {
  element: Dict;
  /** What the element's field is called, for its accessible name. */
  label: string;
  value: Dict | undefined;
  isInvalid: boolean;
  describedBy: string | undefined;
  onChange: (chosen: Dict) => void;
  onAct: (chosen: Dict) => Promise<void>;
  suggest: (typed: string) => Promise<Dict[]>;
};

export function Element(props: ElementProps): ReactNode {
  switch (props.element.type) {
    case 'button':
      return <Button {...props} />;
    case 'overflow':
      return <Overflow {...props} />;
    case 'checkboxes':
    case 'radio_buttons':
      return <Choices {...props} />;
    case 'users_select':
    case 'multi_users_select':
      return <PersonSelect {...props} />;
    case 'external_select':
    case 'multi_external_select':
      return <Select {...props} />;
    default:
      return <TextField {...props} />;
  }
}

function Button({ element, onAct }: ElementProps): ReactNode {
  const [isBusy, setBusy] = useState(false);
  const [isAsking, setAsking] = useState(false);
  function press(): void {
    setAsking(false);
    setBusy(true);
    void onAct({}).finally(() => setBusy(false));
  }
  return (
    <>
      <button
        type="button"
        className={`button ${textOf(element.style)}`}
        aria-label={textOf(element.accessibility_label) || undefined}
        aria-busy={isBusy}
        onClick={() => (isDict(element.confirm) ? setAsking(true) : press())}
      >
        {plain(element.text)}
      </button>
      {isAsking && isDict(element.confirm) && (
        <ConfirmDialog confirm={element.confirm} onYes={press} onNo={() => setAsking(false)} />
      )}
    </>
  );
}

const Overflow = ({ element, label, onAct }: ElementProps): ReactNode => (
  <Menu
    label={label === '' ? 'More actions' : `More actions: ${label}`}
    face="⋯"
    items={optionsOf(element).map((option) => ({
      key: textOf(option.value),
      words: plain(option.text),
      onChoose: () => void onAct({ selected_option: option }),
    }))}
  />
);

function Choices({ element, label, value, isInvalid, describedBy, onChange }: ElementProps): ReactNode {
  const group = useId();
  const isMany = isPlural(element);
  const chosen = isMany ? dictsOf(value?.selected_options) : dictsOf([value?.selected_option]);
  const has = (option: Dict): boolean => chosen.some((one) => one.value === option.value);
  function toggle(option: Dict): void {
    const left = has(option) ? chosen.filter((one) => one.value !== option.value) : [...chosen, option];
    onChange(isMany ? { selected_options: left } : { selected_option: option });
  }
  return (
    <fieldset aria-describedby={describedBy} className="choices">
      <legend className="visually-hidden">{label}</legend>
      {optionsOf(element).map((option) => (
        <label key={textOf(option.value)}>
          <input
            type={isMany ? 'checkbox' : 'radio'}
            name={group}
            checked={has(option)}
            aria-invalid={isInvalid || undefined}
            onChange={() => toggle(option)}
          />
          <span>
            <Text value={option.text} />
            {isDict(option.description) && (
              <small>
                <Text value={option.description} />
              </small>
            )}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function PersonSelect(props: ElementProps): ReactNode {
  const people = useContext(DirectoryContext).people.filter((one) => one.canBeMe);
  const options = people.map(({ id, realName }) => ({ value: id, text: { text: realName } }));
  const isMany = isPlural(props.element);
  const value = props.value?.[stateField(props.element)];
  const ids: unknown[] = Array.isArray(value) ? value : [value];
  return (
    <Combobox
      {...comboboxProps(props)}
      options={options}
      chosen={options.filter((option) => ids.includes(option.value))}
      isPlural={isMany}
      onChoose={(chosen) => {
        const found = chosen.map((option) => option.value);
        props.onChange(isMany ? { selected_users: found } : { selected_user: found[0] ?? null });
      }}
    />
  );
}

function Select(props: ElementProps): ReactNode {
  const { element, value, onChange, suggest } = props;
  const field = stateField(element);
  const isMany = isPlural(element);
  return (
    <Combobox
      {...comboboxProps(props)}
      suggest={suggest}
      minLength={Number(element.min_query_length ?? 3)}
      chosen={isMany ? dictsOf(value?.[field]) : dictsOf([value?.[field]])}
      isPlural={isMany}
      onChoose={(options) => onChange({ [field]: isMany ? options : (options[0] ?? null) })}
    />
  );
}

const comboboxProps = ({ element, label, isInvalid, describedBy }: ElementProps) => ({
  label,
  placeholder: plain(element.placeholder) || 'Choose an option',
  isInvalid,
  describedBy,
});

function TextField({ element, label, value, isInvalid, describedBy, onChange }: ElementProps): ReactNode {
  const field = stateField(element);
  const props = {
    'aria-label': label,
    'aria-invalid': isInvalid || undefined,
    'aria-describedby': describedBy,
    placeholder: plain(element.placeholder),
    value: textOf(value?.[field]),
    maxLength: typeof element.max_length === 'number' ? element.max_length : undefined,
    onChange: ({ target }: { target: { value: string } }) => onChange({ [field]: target.value || null }),
  };
  if (element.multiline === true) return <textarea {...props} rows={5} />;
  return <input {...props} type={element.type === 'datepicker' ? 'date' : 'text'} autoComplete="off" />;
}
