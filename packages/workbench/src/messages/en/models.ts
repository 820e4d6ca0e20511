// Models, providers, keys, the agent, channels, and what leaves the machine.

export const models = {
  'models.scripted': 'Scripted',
  'models.demoTitle': 'Demo agent (scripted)',
  'models.has.streaming': 'streaming',
  'models.has.tools': 'tools',
  'models.has.reasoning': 'reasoning',
  'models.has.images': 'images',
  'models.has.json': 'JSON',
  'models.source.server': 'says the server',
  'models.source.catalogue': 'from the catalogue',
  'models.source.person': 'says your configuration',
  'models.source.assumed': 'assumed',
  'models.source.measured': 'measured',
  'models.claim': '{has, select, yes {{what}} other {no {what}}}, {source}',
} as const;
