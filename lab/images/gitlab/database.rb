# The instance's database, on the socket that upstream's PostgreSQL has.
require "json"
require "pg"

module Standin
  module Database
    SOCKET = "/var/opt/gitlab/postgresql"
    LOCK = Mutex.new
    private_constant :LOCK

    # Rows as hashes; arrays and hashes among the values become JSON.
    def self.query(sql, *values)
      given = values.map { |value| value.is_a?(Array) || value.is_a?(Hash) ? JSON.generate(value) : value }
      LOCK.synchronize { connection.exec_params(sql, given).to_a }
    rescue PG::ConnectionBad, PG::UnableToSend
      @connection = nil
      raise
    end

    def self.up?
      query("select 1")
      true
    rescue PG::Error
      false
    end

    def self.connection
      @connection = nil if @connection && @connection.status != PG::CONNECTION_OK
      @connection ||= PG.connect(host: SOCKET, dbname: "gitlabhq_production", user: "gitlab", connect_timeout: 5).tap do |made|
        types = PG::BasicTypeMapForResults.new(made)
        types.default_type_map = PG::TypeMapAllStrings.new
        made.type_map_for_results = types
        made.exec("set client_min_messages to warning")
      end
    end
    private_class_method :connection
  end

  # A row with the verbs of ActiveRecord that documented snippets use.
  class Record
    class << self
      attr_reader :table

      def stored_in(table) = @table = table
      def where(**values) = Rows.new(self, values)
      def all = where
      def find_by(**values) = where(**values).first
      def find(id) = find_by(id: Integer(id)) || raise("Couldn't find #{name} with 'id'=#{id}")
      def first = where.first
      def count = where.count
      def create!(**values) = new(**values).tap(&:save!)
      alias create create!

      def method_missing(name, *values)
        name.to_s.start_with?("find_by_") ? find_by(name.to_s.sub(/find_by_(\w+?)!?\z/, '\1').to_sym => values[0]) : super
      end

      def respond_to_missing?(name, *) = name.to_s.start_with?("find_by_") || super
    end

    attr_reader :values

    def initialize(**values)
      @values = {}
      values.each { |name, value| public_send(:"#{name}=", value) }
    end

    def self.from(row) = allocate.tap { |made| made.instance_variable_set(:@values, row.transform_keys(&:to_sym)) }

    def save!
      names = values.keys - [:id]
      marks = names.each_index.map { |index| "$#{index + 1}" }
      table = self.class.table
      sql = if values[:id]
              changes = names.zip(marks).map { |name, mark| "#{name} = #{mark}" }.join(", ")
              "update #{table} set #{changes} where id = #{Integer(values[:id])}"
            else
              "insert into #{table} (#{names.join(", ")}) values (#{marks.join(", ")})"
            end
      @values = Database.query("#{sql} returning *", *names.map { |name| values[name] })[0].transform_keys(&:to_sym)
      true
    end
    alias save save!

    def update!(**changes) = changes.each { |name, value| public_send(:"#{name}=", value) } && save!
    alias update update!

    def destroy = Database.query("delete from #{self.class.table} where id = $1", values[:id])
    alias destroy! destroy

    def persisted? = !values[:id].nil?

    def method_missing(name, *given)
      text = name.to_s
      return values[text.chomp("=").to_sym] = given[0] if text.end_with?("=")
      return values[text.chomp("?").to_sym] if text.end_with?("?")
      values.key?(name) ? values[name] : super
    end

    def respond_to_missing?(name, *) = name.to_s.end_with?("=", "?") || values.key?(name)
  end

  # The rows of a table that have these values.
  class Rows
    include Enumerable

    def initialize(record, values)
      @record = record
      @values = values
    end

    def where(**more) = Rows.new(@record, @values.merge(more))
    def each(&block) = rows.each(&block)
    def create!(**more) = @record.create!(**@values, **more)
    def create(**more) = @record.create(**@values, **more)
    def find_by(**more) = where(**more).first
    def first_or_create(**more) = first || create!(**more)
    alias first_or_create! first_or_create
    def exists? = any?

    private

    def rows
      conditions = @values.keys.each_with_index.map { |name, index| "#{name} = $#{index + 1}" }
      filter = conditions.empty? ? "" : " where #{conditions.join(" and ")}"
      found = Database.query("select * from #{@record.table}#{filter} order by id", *@values.values)
      found.map { |row| @record.from(row) }
    end
  end
end
