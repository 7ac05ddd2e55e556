// Real names that break forms: long, in other scripts, with characters of markup.
export const PEOPLE_WITH_HARD_NAMES: Record<
  number,
  { firstName: string; lastName: string; local: string } | undefined
> = {
  1: { firstName: 'Żaneta', lastName: 'Brzęczyszczykiewicz-Łąkowska', local: 'zaneta.brzeczyszczykiewicz' },
  4: { firstName: 'Sinéad', lastName: "O'Fairweather", local: 'sinead.o.fairweather' },
  7: { firstName: '千尋', lastName: '月見里', local: 'chihiro.yamanashi' },
  10: { firstName: 'Jean_Luc', lastName: '*Étoile* & Fils', local: 'jean-luc.etoile' },
  13: { firstName: 'ليلى', lastName: 'قمرية', local: 'layla.qamariyya' },
  16: {
    firstName: 'Maximiliana Theodora Wilhelmina Augusta',
    lastName: 'von und zu Hohenwolkenstein-Sonnenblumenfeld',
    local: 'maximiliana.theodora.von-und-zu-hohenwolkenstein',
  },
};
