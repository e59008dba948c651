# In place of Sidekiq: says every second that it is there, and brings background migrations to their end.
require "socket"
require_relative "seed"

module Standin
  module Sidekiq
    # Those that said so in the last seconds.
    def self.processes
      Database.query("select * from sidekiq_processes where beat_at > now() - interval '5 seconds'")
    end

    def self.run
      Database.query("delete from sidekiq_processes")
      insert = "insert into sidekiq_processes values ($1, $2, now(), now()) on conflict (hostname) do update set beat_at = now()"
      loop do
        Database.query(insert, Socket.gethostname, Process.pid)
        Background.step
        sleep(1)
      end
    end
  end
end

if $PROGRAM_NAME == __FILE__
  trap("TERM") { exit }
  Standin::Sidekiq.run
end
