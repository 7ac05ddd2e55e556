import { type ReactNode, useEffect } from 'react';
import { elementActions, type PageState, post } from './api.ts';
import { Blocks, useValues } from './blocks.tsx';

/** The app's Home tab. Each visit sends the app an event, on which it paints the tab. */
export function Home({ state: { home, me, app } }: { state: PageState }): ReactNode {
  useEffect(() => {
    void post('home', { as: me });
  }, [me]);
  const [values, setValues] = useValues(home?.id ?? '', home?.blocks ?? []);
  const actions = elementActions(me, { view: home?.id ?? '' });
  return (
    <section className="conversation" aria-label={`${app.name} Home`}>
      <header className="bar">
        <h1>{app.name}</h1>
        <span className="note">Home</span>
      </header>
      <div className="home">
        {home === null ? (
          <p className="empty">The app hasn’t drawn its Home yet.</p>
        ) : (
          <Blocks blocks={home.blocks} values={values} setValues={setValues} actions={actions} />
        )}
      </div>
    </section>
  );
}
