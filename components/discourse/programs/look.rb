# Run by Rails in the forum: one line that platform-forum takes up.
require "json"
require "sidekiq/api"

puts "platform " + JSON.generate(
  processes: Sidekiq::ProcessSet.new.size,
  latency: Sidekiq::Queue.all.to_h { |queue| [queue.name, queue.latency.round] },
  version: Discourse::VERSION::STRING,
  behind: DiscourseUpdates.missing_versions_count,
  urgent: DiscourseUpdates.critical_updates_available?,
)
