// Starting a run: the form of the graph's Start, and why a run was not started.

export const start = {
  'start.title': 'Run {name}',
  'start.run': 'Run',
  'start.needed': '{label} is needed.',
  'start.json': '{label} must be JSON of the right shape.',
  'start.notStarted': '{name} was not started',
  'start.nothingRan': 'Nothing was executed.',
  'start.seeRunner': 'Look at the runner',
  'start.seeGraph': 'Open the graph',
  'start.moreProblems': '{count, plural, one {# more problem} other {# more problems}}',
} as const;
